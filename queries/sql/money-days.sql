SELECT x.ring_id, x.day_ms, coalesce(sum(x.units) FILTER (WHERE x.kind = 'promo'), 0) / 10000.0 AS promo_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'chargeback'), 0) / 10000.0 AS chargeback_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'incentive'), 0) / 10000.0 AS incentive_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'trip'), 0) / 10000.0 AS fare_money,
  count(*) FILTER (WHERE x.kind = 'trip') AS trips
FROM ring_money x
WHERE (:ring_id IS NULL OR x.ring_id = :ring_id) AND (:since IS NULL OR x.day_ms >= :since / 86400000 * 86400000)
GROUP BY x.ring_id, x.day_ms ORDER BY x.day_ms DESC, x.ring_id LIMIT :limit
-- total
SELECT count(*) FROM (SELECT DISTINCT ring_id, day_ms FROM ring_money
WHERE (:ring_id IS NULL OR ring_id = :ring_id) AND (:since IS NULL OR day_ms >= :since / 86400000 * 86400000))
