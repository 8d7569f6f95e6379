// question: What did investigators answer?
// param subject: text? = null; only answers about this ring or account
// param since: time? = null; only answers after this moment
// param limit: integer = 100; rows shown at most
// column event_id: text; the answer
// column ts: time; when
// column subject: text; the ring or account
// column outcome: text; fraud, legit or unsure
// column analyst: text; whose
// column note: text; in words
// order: newest first, then event_id
// cost: the answers about one subject, of that time, or all
MATCH (v:Verdict)
WHERE ($subject IS NULL OR v.subject = $subject) AND ($since IS NULL OR v.ts > $since)
RETURN v.event_id AS event_id, v.ts AS ts, v.subject AS subject, v.outcome AS outcome, v.analyst AS analyst,
  v.note AS note
ORDER BY ts DESC, event_id LIMIT $limit
// total
MATCH (v:Verdict)
WHERE ($subject IS NULL OR v.subject = $subject) AND ($since IS NULL OR v.ts > $since)
RETURN count(*)
