SELECT r.ring_id, r.kind, r.exposure, coalesce(sum(x.units) FILTER (WHERE x.kind = 'promo'), 0) / 10000.0 AS promo_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'chargeback'), 0) / 10000.0 AS chargeback_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'incentive'), 0) / 10000.0 AS incentive_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'trip'), 0) / 10000.0 AS fare_money,
  count(*) FILTER (WHERE x.kind = 'trip') AS trips
FROM ring_money x JOIN ring r USING (ring_id) WHERE :ring_id IS NULL OR x.ring_id = :ring_id
GROUP BY r.ring_id ORDER BY r.exposure DESC, r.ring_id LIMIT :limit
-- total
SELECT count(DISTINCT ring_id) FROM ring_money WHERE :ring_id IS NULL OR ring_id = :ring_id
