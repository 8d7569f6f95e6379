WITH kept AS (
  SELECT rider_id, pickup_lat, pickup_lon, dropoff_lat, dropoff_lon FROM trip
  WHERE pickup_lat IS NOT NULL AND :cells > 0 ORDER BY trip_id LIMIT :sample),
ends (rider_id, lat, lon) AS (
  SELECT rider_id, pickup_lat, pickup_lon FROM kept UNION ALL SELECT rider_id, dropoff_lat, dropoff_lon FROM kept),
cell (row, col, trips) AS (
  SELECT CAST((lat + 90) * :cells AS INTEGER), CAST((lon + 180) * :cells AS INTEGER), count(*) FROM ends
  WHERE lat IS NOT NULL AND lon IS NOT NULL
  GROUP BY 1, 2 HAVING count(DISTINCT rider_id) >= :riders)
SELECT row * 1.0 / :cells - 90 AS lat, col * 1.0 / :cells - 180 AS lon, trips FROM cell
ORDER BY trips DESC, lat, lon LIMIT :limit
-- total
WITH kept AS (
  SELECT rider_id, pickup_lat, pickup_lon, dropoff_lat, dropoff_lon FROM trip
  WHERE pickup_lat IS NOT NULL AND :cells > 0 ORDER BY trip_id LIMIT :sample),
ends (rider_id, lat, lon) AS (
  SELECT rider_id, pickup_lat, pickup_lon FROM kept UNION ALL SELECT rider_id, dropoff_lat, dropoff_lon FROM kept),
cell (row, col) AS (
  SELECT CAST((lat + 90) * :cells AS INTEGER), CAST((lon + 180) * :cells AS INTEGER) FROM ends
  WHERE lat IS NOT NULL AND lon IS NOT NULL
  GROUP BY 1, 2 HAVING count(DISTINCT rider_id) >= :riders)
SELECT count(*) FROM cell
