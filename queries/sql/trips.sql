SELECT t.trip_id, t.ts, t.rider_id, t.driver_id, count(*) > 1 AS is_inside, t.fare_units / 10000.0 AS fare,
  t.incentive_units / 10000.0 AS incentive, t.distance_km, t.duration_s, t.promo_id, t.integrity
FROM (
  SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.rider_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL
  UNION ALL SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL) f JOIN trip t USING (trip_id)
GROUP BY t.trip_id ORDER BY is_inside DESC, t.ts DESC, t.trip_id LIMIT :limit
-- total
SELECT count(*) FROM (
  SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.rider_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL
  UNION SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL)
