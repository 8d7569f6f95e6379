SELECT f.kind, f.id, CASE f.kind WHEN 'ring' THEN NULL ELSE a.role END AS role,
  CASE f.kind WHEN 'ring' THEN (SELECT r.score FROM ring r WHERE r.ring_id = f.id) ELSE a.score END AS score,
  CASE f.kind WHEN 'ring' THEN f.id WHEN 'account' THEN (SELECT m.ring_id FROM member m
    WHERE m.account_id = f.id AND m.to_ms IS NULL) END AS ring_id
FROM (
  SELECT * FROM (SELECT 'account' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'account')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'bank_account' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'bank_account')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'card' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'card')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'device' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'device')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'email' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'email')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'ip' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'ip')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'phone' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'phone')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'promo' AS kind, e.name AS id, e.id AS entity FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'promo')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY e.name LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'ring', r.ring_id, NULL FROM ring r WHERE r.ring_id >= :prefix AND r.ring_id <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY r.ring_id LIMIT :limit)
  UNION ALL SELECT * FROM (SELECT 'trip', t.trip_id, NULL FROM trip t WHERE t.trip_id >= :prefix AND t.trip_id <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END ORDER BY t.trip_id LIMIT :limit)) f
LEFT JOIN account a ON a.entity = f.entity
ORDER BY f.kind, f.id LIMIT :limit
-- total
SELECT (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'account')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'bank_account')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'card')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'device')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'email')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'ip')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'phone')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM entity e WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'promo')
    AND e.name >= :prefix AND e.name <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM ring r WHERE r.ring_id >= :prefix AND r.ring_id <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
  + (SELECT count(*) FROM (SELECT 1 FROM trip t WHERE t.trip_id >= :prefix AND t.trip_id <= CASE :exact WHEN 0 THEN :prefix || char(1114111) ELSE :prefix END LIMIT 1000))
