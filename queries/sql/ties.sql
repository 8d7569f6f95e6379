SELECT k.name AS kind, e.name AS id, count(l.source) AS members,
  (SELECT count(*) FROM link x WHERE x.target = e.id AND x.kind <> (SELECT code FROM link_kind WHERE name = 'tried')) AS accounts,
  min(l.first_ms) AS first_ms, max(l.last_ms) AS last_ms, e.is_public
FROM ring_tie t JOIN entity e ON e.id = t.entity JOIN entity_kind k ON k.code = e.kind
LEFT JOIN (
  SELECT l.source, l.target, l.first_ms, l.last_ms FROM member m
  CROSS JOIN entity a ON a.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND a.name = m.account_id CROSS JOIN link l ON l.source = a.id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL AND l.kind <> (SELECT code FROM link_kind WHERE name = 'tried')) l ON l.target = e.id
WHERE t.ring_id = :ring_id
GROUP BY e.id ORDER BY members DESC, k.name, e.name LIMIT :limit OFFSET :skip
-- total
SELECT count(*) FROM ring_tie WHERE ring_id = :ring_id
