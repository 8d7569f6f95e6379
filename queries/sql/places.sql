SELECT t.trip_id, t.ts, t.rider_id, t.driver_id, count(*) > 1 AS is_inside, t.pickup_lat, t.pickup_lon, t.dropoff_lat,
  t.dropoff_lon, t.integrity, t.track
FROM (
  SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.rider_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL AND t.pickup_lat IS NOT NULL
  UNION ALL SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL AND t.pickup_lat IS NOT NULL) f JOIN trip t USING (trip_id)
GROUP BY t.trip_id ORDER BY t.ts DESC, t.trip_id LIMIT :limit
-- total
SELECT count(*) FROM (
  SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.rider_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL AND t.pickup_lat IS NOT NULL
  UNION SELECT t.trip_id FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  WHERE m.ring_id = :ring_id AND m.to_ms IS NULL AND t.pickup_lat IS NOT NULL)
