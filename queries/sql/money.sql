SELECT r.ring_id, r.kind, r.exposure, coalesce(sum(x.units) FILTER (WHERE x.kind = 'promo'), 0) / 10000.0 AS promo_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'chargeback'), 0) / 10000.0 AS chargeback_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'incentive'), 0) / 10000.0 AS incentive_money,
  coalesce(sum(x.units) FILTER (WHERE x.kind = 'trip'), 0) / 10000.0 AS fare_money,
  count(*) FILTER (WHERE x.kind = 'trip') AS trips
FROM (
  SELECT m.ring_id, x.ts / 86400000 * 86400000 AS day_ms, x.kind, x.units
  FROM member m CROSS JOIN taking x ON x.account_id = m.account_id
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)
  UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'trip', t.fare_units
  FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)
  UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'incentive', t.incentive_units
  FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)) x JOIN ring r USING (ring_id)
GROUP BY r.ring_id ORDER BY r.exposure DESC, r.ring_id LIMIT :limit
-- total
SELECT count(DISTINCT x.ring_id) FROM (
  SELECT m.ring_id, x.ts / 86400000 * 86400000 AS day_ms, x.kind, x.units
  FROM member m CROSS JOIN taking x ON x.account_id = m.account_id
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)
  UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'trip', t.fare_units
  FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)
  UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'incentive', t.incentive_units
  FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
  CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
  WHERE m.to_ms IS NULL AND (:ring_id IS NULL OR m.ring_id = :ring_id)) x
