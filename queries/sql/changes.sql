SELECT l.entry, l.ts, l.ring_id, r.kind, l.change, l.from_rings, l.added, l.removed
FROM ledger l LEFT JOIN ring r USING (ring_id)
WHERE l.ts > :since AND (:until IS NULL OR l.ts <= :until)
ORDER BY l.entry LIMIT :limit
-- total
SELECT count(*) FROM ledger l WHERE l.ts > :since AND (:until IS NULL OR l.ts <= :until)
