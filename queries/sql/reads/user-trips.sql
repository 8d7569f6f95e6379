-- Kept trips of the newest users of an entity since they first used it, newest first; of a promotion those paid with it.
-- The first of them, and how many there are of the most that are counted.
WITH used AS MATERIALIZED (
  SELECT a.name AS account_id, l.first_ms AS from_ms
  FROM entity e
  JOIN link l ON l.target = e.id AND l.kind = (SELECT code FROM link_kind
    WHERE name = 'uses_' || :kind)
  JOIN entity a ON a.id = l.source
  WHERE e.kind = (SELECT code FROM entity_kind WHERE name = :kind) AND e.name = :id
  ORDER BY l.last_ms DESC, a.name LIMIT :users),
found AS (
  SELECT t.trip_id, 1 AS is_rider FROM used u CROSS JOIN trip t
    ON t.rider_id = u.account_id AND t.ts >= u.from_ms
  UNION ALL SELECT t.trip_id, 0 AS is_rider FROM used u CROSS JOIN trip t
    ON t.driver_id = u.account_id AND t.ts >= u.from_ms
  UNION ALL SELECT * FROM (SELECT t.trip_id, 1 AS is_rider FROM trip t WHERE :kind = 'promo' AND t.promo_id = :id
    ORDER BY t.ts DESC, t.trip_id LIMIT :most))
SELECT *, count(*) OVER () AS found FROM (
  SELECT t.trip_id, t.ts, t.rider_id, t.driver_id, max(f.is_rider) AS rider_uses, max(1 - f.is_rider) AS driver_uses,
    t.integrity, t.fare_units / 10000.0 AS fare, t.incentive_units / 10000.0 AS incentive, t.distance_km, t.promo_id
  FROM found f CROSS JOIN trip t ON t.trip_id = f.trip_id
  GROUP BY t.trip_id ORDER BY t.ts DESC, t.trip_id LIMIT :most)
ORDER BY ts DESC, trip_id LIMIT :limit
