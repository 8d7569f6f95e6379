SELECT k.name AS link, f.direction, f.links, f.last_ms
FROM (
  SELECT l.kind, 'out' AS direction, count(*) AS links, max(l.last_ms) AS last_ms FROM link l
  WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id) GROUP BY l.kind
  UNION ALL SELECT l.kind, 'in' AS direction, count(*) AS links, max(l.last_ms) AS last_ms FROM link l
  WHERE l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id) GROUP BY l.kind) f
JOIN link_kind k ON k.code = f.kind
ORDER BY f.links DESC, k.name, f.direction
