SELECT t.trip_id, t.ts, t.rider_id, t.driver_id, t.integrity, t.fare_units / 10000.0 AS fare,
  t.incentive_units / 10000.0 AS incentive, t.distance_km, t.promo_id
FROM trip t WHERE t.rider_id = :account_id OR t.driver_id = :account_id
ORDER BY t.ts DESC, t.trip_id LIMIT :limit
-- total
SELECT count(*) FROM trip t WHERE t.rider_id = :account_id OR t.driver_id = :account_id
