SELECT t.trip_id, t.ts, t.rider_id, t.driver_id, t.integrity, t.reasons, t.fare_units / 10000.0 AS fare,
  t.expected_fare, t.incentive_units / 10000.0 AS incentive, t.distance_km, t.duration_s, t.expected_s, t.promo_id,
  t.pickup_lat, t.pickup_lon, t.dropoff_lat, t.dropoff_lon, t.track
FROM trip t WHERE t.trip_id = :trip_id
