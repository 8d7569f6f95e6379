SELECT f.name AS account_id, c.role, f.first_ms, f.last_ms, f.events, f.money_units / 10000.0 AS money, f.is_live,
  (SELECT m.ring_id FROM member m WHERE m.account_id = f.name AND m.to_ms IS NULL) AS ring_id
FROM (
  SELECT * FROM (
    SELECT a.id, a.name, l.first_ms, l.last_ms, l.events, l.money_units, 1 AS is_live
    FROM entity e JOIN link l ON l.target = e.id AND l.kind = (SELECT code FROM link_kind WHERE name = CASE :kind WHEN 'promo' THEN 'redeemed' ELSE 'uses_' || :kind END)
      JOIN entity a ON a.id = l.source
    WHERE e.kind = (SELECT code FROM entity_kind WHERE name = :kind) AND e.name = :id
      AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of))
    ORDER BY l.last_ms DESC, a.name LIMIT :limit)
  UNION ALL SELECT * FROM (
    SELECT a.id, a.name, l.first_ms, l.last_ms, l.events, l.money_units, 0 AS is_live
    FROM entity e JOIN spell l ON l.target = e.id AND l.kind = (SELECT code FROM link_kind WHERE name = CASE :kind WHEN 'promo' THEN 'redeemed' ELSE 'uses_' || :kind END)
      JOIN entity a ON a.id = l.source
    WHERE e.kind = (SELECT code FROM entity_kind WHERE name = :kind) AND e.name = :id
      AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
      AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
        AND n.first_ms <= l.first_ms)
    ORDER BY l.last_ms DESC, a.name LIMIT :limit)) f LEFT JOIN account c ON c.entity = f.id
ORDER BY f.last_ms DESC, f.name, f.first_ms LIMIT :limit
-- total
SELECT (SELECT count(*) FROM entity e JOIN link l ON l.target = e.id AND l.kind = (SELECT code FROM link_kind WHERE name = CASE :kind WHEN 'promo' THEN 'redeemed' ELSE 'uses_' || :kind END)
      
    WHERE e.kind = (SELECT code FROM entity_kind WHERE name = :kind) AND e.name = :id
      AND (:as_of IS NULL OR (l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of))) + (SELECT count(*) FROM entity e JOIN spell l ON l.target = e.id AND l.kind = (SELECT code FROM link_kind WHERE name = CASE :kind WHEN 'promo' THEN 'redeemed' ELSE 'uses_' || :kind END)
      
    WHERE e.kind = (SELECT code FROM entity_kind WHERE name = :kind) AND e.name = :id
      AND :as_of IS NOT NULL AND l.first_ms <= :as_of AND l.last_ms + (SELECT value FROM meta WHERE name = 'window_ms') >= :as_of
      AND NOT EXISTS (SELECT 1 FROM link n WHERE n.source = l.source AND n.kind = l.kind AND n.target = l.target
        AND n.first_ms <= l.first_ms))
