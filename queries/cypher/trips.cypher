// question: Which trips are evidence against this ring?
// param ring_id: text; the ring
// param limit: integer = 200; rows shown at most
// column trip_id: text; the trip
// column ts: time; when it ended
// column rider_id: text; who rode
// column driver_id: text; who drove
// column is_inside: boolean; whether both stand in the ring
// column fare: number; what was paid
// column incentive: number; what the driver got on top
// column distance_km: number; how far
// column duration_s: number; how long
// column promo_id: text; the promotion it was paid with
// column integrity: number; the probability that it is what it says
// order: inside first, newest first, then trip_id
// cost: the kept trips of the accounts of one ring
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
MATCH (a)-[way:TOOK|DROVE]->(t:Trip)
WITH t, count(DISTINCT way) > 1 AS is_inside ORDER BY is_inside DESC, t.ts DESC, t.trip_id LIMIT $limit
RETURN t.trip_id AS trip_id, t.ts AS ts, t.rider_id AS rider_id, t.driver_id AS driver_id, is_inside,
  t.fare_units / 10000.0 AS fare, t.incentive_units / 10000.0 AS incentive, t.distance_km AS distance_km,
  t.duration_s AS duration_s, t.promo_id AS promo_id,
  t.integrity AS integrity
ORDER BY is_inside DESC, ts DESC, trip_id
// total
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
MATCH (a)-[:TOOK|DROVE]->(t:Trip)
RETURN count(DISTINCT t)
