SELECT v.event_id, v.ts, v.subject, v.outcome, v.analyst, v.note FROM verdict v
WHERE (:subject IS NULL OR v.subject = :subject) AND (:since IS NULL OR v.ts > :since)
ORDER BY v.ts DESC, v.event_id LIMIT :limit
-- total
SELECT count(*) FROM verdict v
WHERE (:subject IS NULL OR v.subject = :subject) AND (:since IS NULL OR v.ts > :since)
