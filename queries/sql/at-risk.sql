WITH tie AS MATERIALIZED (
  SELECT entity, (SELECT count(*) FROM link u WHERE u.target = entity AND u.kind <> (SELECT code FROM link_kind WHERE name = 'tried')) AS users
  FROM (SELECT DISTINCT t.entity FROM ring r CROSS JOIN ring_tie t ON t.ring_id = r.ring_id
    WHERE r.closed_ms IS NULL AND (:ring_id IS NULL OR r.ring_id = :ring_id)))
SELECT r.ring_id, a.name AS account_id, c.role, count(*) AS shared, max(l.last_ms) AS last_ms, c.score
FROM ring r CROSS JOIN ring_tie t ON t.ring_id = r.ring_id CROSS JOIN tie ON tie.entity = t.entity AND tie.users <= :fold
CROSS JOIN link l ON l.target = t.entity AND l.kind <> (SELECT code FROM link_kind WHERE name = 'tried') CROSS JOIN entity a ON a.id = l.source LEFT JOIN account c ON c.entity = a.id
WHERE r.closed_ms IS NULL AND (:ring_id IS NULL OR r.ring_id = :ring_id)
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = a.name AND m.to_ms IS NULL)
GROUP BY r.ring_id, a.id ORDER BY shared DESC, last_ms DESC, r.ring_id, a.name LIMIT :limit
-- total
WITH tie AS MATERIALIZED (
  SELECT entity, (SELECT count(*) FROM link u WHERE u.target = entity AND u.kind <> (SELECT code FROM link_kind WHERE name = 'tried')) AS users
  FROM (SELECT DISTINCT t.entity FROM ring r CROSS JOIN ring_tie t ON t.ring_id = r.ring_id
    WHERE r.closed_ms IS NULL AND (:ring_id IS NULL OR r.ring_id = :ring_id)))
SELECT count(*) FROM (SELECT DISTINCT r.ring_id, a.id FROM ring r CROSS JOIN ring_tie t ON t.ring_id = r.ring_id CROSS JOIN tie ON tie.entity = t.entity AND tie.users <= :fold
CROSS JOIN link l ON l.target = t.entity AND l.kind <> (SELECT code FROM link_kind WHERE name = 'tried') CROSS JOIN entity a ON a.id = l.source
WHERE r.closed_ms IS NULL AND (:ring_id IS NULL OR r.ring_id = :ring_id)
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = a.name AND m.to_ms IS NULL))
