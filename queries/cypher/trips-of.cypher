// question: Which trips that are kept did this account take or drive?
// param account_id: text; the account
// param limit: integer = 100; rows shown at most
// column trip_id: text; the trip
// column ts: time; when it ended
// column rider_id: text; who rode
// column driver_id: text; who drove
// column integrity: number; the probability that it is what it says
// column fare: number; what was paid
// column incentive: number; what the driver got on top
// column distance_km: number; how far
// column promo_id: text; the promotion it was paid with
// order: newest first, then trip_id
// cost: the kept trips of one account
MATCH (t:Trip) WHERE t.rider_id = $account_id OR t.driver_id = $account_id
RETURN t.trip_id AS trip_id, t.ts AS ts, t.rider_id AS rider_id, t.driver_id AS driver_id,
  t.integrity AS integrity, t.fare_units / 10000.0 AS fare, t.incentive_units / 10000.0 AS incentive,
  t.distance_km AS distance_km, t.promo_id AS promo_id
ORDER BY ts DESC, trip_id LIMIT $limit
// total
MATCH (t:Trip) WHERE t.rider_id = $account_id OR t.driver_id = $account_id RETURN count(t)
