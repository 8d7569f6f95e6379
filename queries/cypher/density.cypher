// question: Where do kept trips begin and end, cell by cell?
// param cells: integer = 200; cells to a degree
// param riders: integer = 3; a cell of fewer different riders is left out
// param sample: integer = 100000; trips looked at, in the order of their ids
// param limit: integer = 20000; rows shown at most
// column lat: number; the southern edge of the cell, degrees
// column lon: number; its western edge
// column trips: integer; beginnings and ends in it
// order: most first, then lat and lon
// cost: the trips looked at
MATCH (t:Trip) WHERE t.trip_id >= '' AND t.pickup_lat IS NOT NULL AND $cells > 0
WITH t ORDER BY t.trip_id LIMIT $sample
UNWIND [[t.pickup_lat, t.pickup_lon], [t.dropoff_lat, t.dropoff_lon]] AS place
WITH t.rider_id AS rider, place WHERE place[0] IS NOT NULL AND place[1] IS NOT NULL
WITH toInteger((place[0] + 90) * $cells) AS row, toInteger((place[1] + 180) * $cells) AS col,
  count(*) AS trips, count(DISTINCT rider) AS riders
WHERE riders >= $riders
RETURN row * 1.0 / $cells - 90 AS lat, col * 1.0 / $cells - 180 AS lon, trips
ORDER BY trips DESC, lat, lon LIMIT $limit
// total
MATCH (t:Trip) WHERE t.trip_id >= '' AND t.pickup_lat IS NOT NULL AND $cells > 0
WITH t ORDER BY t.trip_id LIMIT $sample
UNWIND [[t.pickup_lat, t.pickup_lon], [t.dropoff_lat, t.dropoff_lon]] AS place
WITH t.rider_id AS rider, place WHERE place[0] IS NOT NULL AND place[1] IS NOT NULL
WITH toInteger((place[0] + 90) * $cells) AS row, toInteger((place[1] + 180) * $cells) AS col,
  count(DISTINCT rider) AS riders
WHERE riders >= $riders
RETURN count(*)
