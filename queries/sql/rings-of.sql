SELECT r.ring_id, r.kind, r.score, m.from_ms, m.to_ms, r.closed_ms, r.exposure
FROM member m JOIN ring r USING (ring_id) WHERE m.account_id = :account_id
ORDER BY m.from_ms DESC, r.ring_id, m.entry LIMIT :limit
-- total
SELECT count(*) FROM member m WHERE m.account_id = :account_id
