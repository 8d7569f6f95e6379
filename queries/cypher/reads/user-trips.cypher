// Kept trips of the newest users of an entity since they first used it, newest first; of a promotion those paid with it.
// The first of them, and how many there are of the most that are counted: a row costs more to send than to count.
WITH $kind + ':' + $id AS key
CALL (key) {
  CALL (key) {
    MATCH (a)-[l:USES_DEVICE]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
    UNION ALL
    MATCH (a)-[l:USES_CARD]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
    UNION ALL
    MATCH (a)-[l:USES_BANK_ACCOUNT]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
    UNION ALL
    MATCH (a)-[l:USES_PHONE]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
    UNION ALL
    MATCH (a)-[l:USES_EMAIL]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
    UNION ALL
    MATCH (a)-[l:USES_IP]->() WHERE l.target = key AND l.last_ms >= 0 AND l.first_ms >= 0
    WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $users
    RETURN a.id AS account, l.first_ms AS from_ms
  }
  CALL (account, from_ms) {
    MATCH (t:Trip {rider_id: account}) WHERE t.ts >= from_ms RETURN t, 1 AS is_rider
    UNION ALL
    MATCH (t:Trip {driver_id: account}) WHERE t.ts >= from_ms RETURN t, 0 AS is_rider
  }
  RETURN t, is_rider
  UNION ALL
  MATCH (t:Trip {promo_id: $id}) WHERE t.ts >= 0 AND $kind = 'promo'
  WITH t ORDER BY t.promo_id DESC, t.ts DESC, t.trip_id LIMIT $most
  RETURN t, 1 AS is_rider
}
WITH t, max(is_rider) AS rider_uses, max(1 - is_rider) AS driver_uses
ORDER BY t.ts DESC, t.trip_id LIMIT $most
WITH collect([t, rider_uses, driver_uses]) AS counted
UNWIND counted[0..$limit] AS each
WITH each[0] AS t, each[1] AS rider_uses, each[2] AS driver_uses, size(counted) AS found
RETURN t.trip_id AS trip_id, t.ts AS ts, t.rider_id AS rider_id, t.driver_id AS driver_id, rider_uses, driver_uses,
  t.integrity AS integrity, t.fare_units / 10000.0 AS fare, t.incentive_units / 10000.0 AS incentive,
  t.distance_km AS distance_km, t.promo_id AS promo_id, found
ORDER BY ts DESC, trip_id
