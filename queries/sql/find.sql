SELECT f.kind, f.id, f.role, f.score, f.ring_id FROM (
  SELECT k.name AS kind, e.name AS id, a.role, a.score, (SELECT m.ring_id FROM member m
    WHERE k.name = 'account' AND m.account_id = e.name AND m.to_ms IS NULL) AS ring_id
  FROM entity_kind k CROSS JOIN entity e ON e.kind = k.code AND e.name >= :prefix AND e.name < :prefix || char(1114111) AND (0 = :exact OR e.name = :prefix)
  LEFT JOIN account a ON a.entity = e.id
  UNION ALL SELECT 'ring', r.ring_id, NULL, r.score, r.ring_id FROM ring r WHERE r.ring_id >= :prefix AND r.ring_id < :prefix || char(1114111) AND (0 = :exact OR r.ring_id = :prefix)
  UNION ALL SELECT 'trip', t.trip_id, NULL, NULL, NULL FROM trip t WHERE t.trip_id >= :prefix AND t.trip_id < :prefix || char(1114111) AND (0 = :exact OR t.trip_id = :prefix)) f
ORDER BY f.kind, f.id LIMIT :limit
-- total
SELECT (SELECT count(*) FROM entity_kind k CROSS JOIN entity e ON e.kind = k.code AND e.name >= :prefix AND e.name < :prefix || char(1114111) AND (0 = :exact OR e.name = :prefix))
  + (SELECT count(*) FROM ring r WHERE r.ring_id >= :prefix AND r.ring_id < :prefix || char(1114111) AND (0 = :exact OR r.ring_id = :prefix))
  + (SELECT count(*) FROM trip t WHERE t.trip_id >= :prefix AND t.trip_id < :prefix || char(1114111) AND (0 = :exact OR t.trip_id = :prefix))
