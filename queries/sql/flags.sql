SELECT f.flag_id, f.ts, f.event_id, f.ring_id, f.kind, f.score, f.decision, f.accounts, f.reasons FROM flag f
WHERE (:ring_id IS NULL OR f.ring_id = :ring_id) AND (:since IS NULL OR f.ts > :since)
  AND (:decision IS NULL OR f.decision = :decision)
ORDER BY f.ts DESC, f.flag_id LIMIT :limit OFFSET :skip
-- total
SELECT count(*) FROM flag f
WHERE (:ring_id IS NULL OR f.ring_id = :ring_id) AND (:since IS NULL OR f.ts > :since)
  AND (:decision IS NULL OR f.decision = :decision)
