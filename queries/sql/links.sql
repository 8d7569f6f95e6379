WITH newest AS MATERIALIZED (
  SELECT max((SELECT l.last_ms FROM link l WHERE l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id) AND l.kind = k.code
      AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of))
    ORDER BY l.last_ms DESC LIMIT 1 OFFSET :limit - 1)) AS last_ms FROM link_kind k),
found AS MATERIALIZED (
  SELECT l.kind, 'out' AS direction, l.target AS other, l.first_ms, l.last_ms, l.events, l.money_units, 1 AS is_live
  FROM link l WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of))
    AND l.last_ms >= coalesce((SELECT last_ms FROM newest), 0)
  UNION ALL SELECT l.kind, 'in' AS direction, l.source AS other, l.first_ms, l.last_ms, l.events, l.money_units, 1 AS is_live
  FROM link i CROSS JOIN link l ON l.source = i.source AND l.kind = i.kind AND l.target = i.target
  WHERE i.last_ms >= coalesce((SELECT last_ms FROM newest), 0) AND i.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of))
    AND l.last_ms >= coalesce((SELECT last_ms FROM newest), 0)
  UNION ALL SELECT l.kind, 'out' AS direction, l.target AS other, l.first_ms, l.last_ms, l.events, l.money_units, 0 AS is_live
  FROM spell l WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
    AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
      AND n.first_ms <= l.first_ms)
    AND l.last_ms >= coalesce((SELECT last_ms FROM newest), 0)
  UNION ALL SELECT l.kind, 'in' AS direction, l.source AS other, l.first_ms, l.last_ms, l.events, l.money_units, 0 AS is_live
  FROM spell i CROSS JOIN spell l ON l.source = i.source AND l.kind = i.kind AND l.target = i.target AND l.first_ms = i.first_ms
  WHERE i.last_ms >= coalesce((SELECT last_ms FROM newest), 0) AND i.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
    AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
      AND n.first_ms <= l.first_ms)
    AND l.last_ms >= coalesce((SELECT last_ms FROM newest), 0))
SELECT k.name AS link, f.direction, ek.name AS other_kind, o.name AS other_id, f.first_ms, f.last_ms, f.events,
  f.money_units / 10000.0 AS money, f.is_live
FROM found f JOIN link_kind k ON k.code = f.kind JOIN entity o ON o.id = f.other JOIN entity_kind ek ON ek.code = o.kind
ORDER BY f.last_ms DESC, k.name, f.direction, ek.name, o.name, f.first_ms LIMIT :limit
-- total
SELECT (SELECT count(*) FROM link l WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of)))
  + (SELECT count(*) FROM link l WHERE l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of)))
  + (SELECT count(*) FROM spell l WHERE l.source = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
    AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
      AND n.first_ms <= l.first_ms))
  + (SELECT count(*) FROM spell l WHERE l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = :kind) AND name = :id)
    AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
    AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
      AND n.first_ms <= l.first_ms))
