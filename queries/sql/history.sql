SELECT l.entry, l.ts, l.ring_id, l.change, l.from_rings, l.added, l.removed FROM ledger l
WHERE (l.ring_id = :ring_id OR (l.change IN ('merged', 'split') AND instr(l.from_rings, '"' || :ring_id || '"') > 0))
  AND (:as_of IS NULL OR l.ts <= :as_of)
ORDER BY l.entry LIMIT :limit OFFSET :skip
-- total
SELECT count(*) FROM ledger l
WHERE (l.ring_id = :ring_id OR (l.change IN ('merged', 'split') AND instr(l.from_rings, '"' || :ring_id || '"') > 0))
  AND (:as_of IS NULL OR l.ts <= :as_of)
