SELECT r.ring_id, r.kind, r.score, count(*) AS takers, r.accounts, sum(l.events) AS times,
  sum(l.money_units) / 10000.0 AS money, min(l.first_ms) AS first_ms, max(l.last_ms) AS last_ms
FROM ring r CROSS JOIN member m ON m.ring_id = r.ring_id AND m.to_ms IS NULL
CROSS JOIN entity a ON a.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND a.name = m.account_id
CROSS JOIN link l ON l.source = a.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'redeemed')
  AND l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = 'promo')
    AND name = :promo_id)
WHERE r.closed_ms IS NULL
GROUP BY r.ring_id ORDER BY money DESC, r.ring_id LIMIT :limit
-- total
SELECT count(DISTINCT r.ring_id)
FROM ring r CROSS JOIN member m ON m.ring_id = r.ring_id AND m.to_ms IS NULL
CROSS JOIN entity a ON a.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND a.name = m.account_id
CROSS JOIN link l ON l.source = a.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'redeemed')
  AND l.target = (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = 'promo')
    AND name = :promo_id)
WHERE r.closed_ms IS NULL
