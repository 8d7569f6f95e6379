SELECT k.name AS link, f.direction, count(*) AS links, max(f.last_ms) AS last_ms
FROM (
  SELECT l.kind, 'out' AS direction, l.last_ms FROM link l WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
  UNION ALL SELECT l.kind, 'in' AS direction, l.last_ms FROM link l WHERE l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)) f
JOIN link_kind k ON k.code = f.kind
GROUP BY k.code, f.direction ORDER BY links DESC, k.name, f.direction
