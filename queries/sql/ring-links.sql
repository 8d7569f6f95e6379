SELECT a.name AS source, (SELECT k.name FROM link_kind k WHERE k.code = l.kind) AS link,
  (SELECT k.name FROM entity_kind k WHERE k.code = b.kind) AS target_kind, b.name AS target, l.first_ms, l.last_ms,
  l.events, l.money_units / 10000.0 AS money
FROM member m CROSS JOIN entity a ON a.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND a.name = m.account_id
CROSS JOIN link l ON l.source = a.id CROSS JOIN entity b ON b.id = l.target
WHERE m.ring_id = :ring_id AND m.to_ms IS NULL
  AND (EXISTS (SELECT 1 FROM ring_tie t WHERE t.ring_id = m.ring_id AND t.entity = b.id)
    OR (b.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND EXISTS (SELECT 1 FROM member n WHERE n.ring_id = m.ring_id AND n.account_id = b.name
      AND n.to_ms IS NULL)))
ORDER BY source, link, target_kind, target LIMIT :limit
-- total
SELECT count(*) FROM member m CROSS JOIN entity a ON a.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND a.name = m.account_id
CROSS JOIN link l ON l.source = a.id CROSS JOIN entity b ON b.id = l.target
WHERE m.ring_id = :ring_id AND m.to_ms IS NULL
  AND (EXISTS (SELECT 1 FROM ring_tie t WHERE t.ring_id = m.ring_id AND t.entity = b.id)
    OR (b.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND EXISTS (SELECT 1 FROM member n WHERE n.ring_id = m.ring_id AND n.account_id = b.name
      AND n.to_ms IS NULL)))
