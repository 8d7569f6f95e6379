// question: What was flagged, when, and why?
// param ring_id: text? = null; only flags of this ring
// param since: time? = null; only flags after this moment
// param decision: text? = null; only flags with this decision: review or block
// param limit: integer = 100; rows shown at most
// param skip: integer = 0; rows left out at the beginning
// column flag_id: text; the flag
// column ts: time; when it was raised
// column event_id: text; the event that raised it
// column ring_id: text; the ring
// column kind: text; what the ring did
// column score: number; its probability then
// column decision: text; review or block
// column accounts: list; who was flagged by it
// column reasons: list; why
// order: newest first, then flag_id
// cost: the flags of one ring, of that time, or all
MATCH (f:Flag)
WHERE ($ring_id IS NULL OR f.ring_id = $ring_id) AND ($since IS NULL OR f.ts > $since)
  AND ($decision IS NULL OR f.decision = $decision)
WITH f ORDER BY f.ts DESC, f.flag_id SKIP $skip LIMIT $limit
RETURN f.flag_id AS flag_id, f.ts AS ts, f.event_id AS event_id, f.ring_id AS ring_id, f.kind AS kind,
  f.score AS score, f.decision AS decision, f.accounts AS accounts, f.reasons AS reasons
ORDER BY ts DESC, flag_id
// total
MATCH (f:Flag)
WHERE ($ring_id IS NULL OR f.ring_id = $ring_id) AND ($since IS NULL OR f.ts > $since)
  AND ($decision IS NULL OR f.decision = $decision)
RETURN count(*)
