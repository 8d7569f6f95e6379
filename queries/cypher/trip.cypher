// question: What was made of this trip?
// param trip_id: text; the trip
// column trip_id: text; the trip
// column ts: time; when it ended
// column rider_id: text; who rode
// column driver_id: text; who drove
// column integrity: number; the probability that it is what it says
// column reasons: list; why that is low
// column fare: number; what was paid
// column expected_fare: number; what such a trip costs in this city
// column incentive: number; what the driver got on top
// column distance_km: number; how far
// column duration_s: number; how long
// column expected_s: number; how long such a trip takes in this city
// column promo_id: text; the promotion it was paid with
// column pickup_lat: number; where it began, as far as it says so
// column pickup_lon: number; the same
// column dropoff_lat: number; where it ended
// column dropoff_lon: number; the same
// column track: list; at most seventeen of its fixes: seconds since the first, latitude, longitude
// order: one row at most
// cost: one row by its key
MATCH (t:Trip {trip_id: $trip_id})
RETURN t.trip_id AS trip_id, t.ts AS ts, t.rider_id AS rider_id, t.driver_id AS driver_id, t.integrity AS integrity,
  t.reasons AS reasons, t.fare_units / 10000.0 AS fare, t.expected_fare AS expected_fare,
  t.incentive_units / 10000.0 AS incentive, t.distance_km AS distance_km, t.duration_s AS duration_s,
  t.expected_s AS expected_s, t.promo_id AS promo_id, t.pickup_lat AS pickup_lat, t.pickup_lon AS pickup_lon,
  t.dropoff_lat AS dropoff_lat, t.dropoff_lon AS dropoff_lon, t.track AS track
