// question: Where did the trips of this ring begin and end?
// param ring_id: text; the ring
// param limit: integer = 1000; rows shown at most
// column trip_id: text; the trip
// column ts: time; when it ended
// column rider_id: text; who rode
// column driver_id: text; who drove
// column is_inside: boolean; whether both are in the ring
// column pickup_lat: number; degrees
// column pickup_lon: number; degrees
// column dropoff_lat: number; degrees
// column dropoff_lon: number; degrees
// column integrity: number; the probability that it is what it says
// column track: list; at most seventeen of its fixes: seconds since the first, latitude, longitude
// order: newest first, then trip_id
// cost: the trips of the accounts of one ring; those without a place are left out
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
WITH collect(a.id) AS accounts
MATCH (t:Trip) WHERE (t.rider_id IN accounts OR t.driver_id IN accounts) AND t.pickup_lat IS NOT NULL
RETURN t.trip_id AS trip_id, t.ts AS ts, t.rider_id AS rider_id, t.driver_id AS driver_id,
  t.rider_id IN accounts AND t.driver_id IN accounts AS is_inside, t.pickup_lat AS pickup_lat,
  t.pickup_lon AS pickup_lon, t.dropoff_lat AS dropoff_lat, t.dropoff_lon AS dropoff_lon,
  t.integrity AS integrity, t.track AS track
ORDER BY ts DESC, trip_id LIMIT $limit
// total
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
WITH collect(a.id) AS accounts
MATCH (t:Trip) WHERE (t.rider_id IN accounts OR t.driver_id IN accounts) AND t.pickup_lat IS NOT NULL
RETURN count(t)
