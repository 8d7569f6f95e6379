SELECT m.account_id, a.role, m.from_ms, m.to_ms, m.membership, a.score, a.created_ms, a.last_ms, a.trips, a.promos,
  a.promo_units / 10000.0 AS promo_money, a.chargeback_units / 10000.0 AS chargeback_money
FROM member m CROSS JOIN entity e ON e.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND e.name = m.account_id LEFT JOIN account a ON a.entity = e.id
WHERE m.ring_id = :ring_id AND CASE WHEN :as_of IS NULL THEN m.to_ms IS NULL
  ELSE m.from_ms <= :as_of AND (m.to_ms IS NULL OR m.to_ms > :as_of) END
ORDER BY coalesce(a.role, ''), m.account_id, m.from_ms LIMIT :limit OFFSET :skip
-- total
SELECT count(*) FROM member m
WHERE m.ring_id = :ring_id AND CASE WHEN :as_of IS NULL THEN m.to_ms IS NULL
  ELSE m.from_ms <= :as_of AND (m.to_ms IS NULL OR m.to_ms > :as_of) END
