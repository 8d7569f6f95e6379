SELECT e.name AS account_id, a.role, a.score,
  (SELECT m.ring_id FROM member m WHERE m.account_id = e.name AND m.to_ms IS NULL) AS ring_id,
  a.created_ms, a.first_ms, a.last_ms, a.trips, a.promos, a.promo_units / 10000.0 AS promo_money, a.chargebacks,
  a.chargeback_units / 10000.0 AS chargeback_money,
  (SELECT count(*) FROM link l JOIN link_kind k ON k.code = l.kind
   WHERE l.source = e.id AND k.name LIKE 'uses\_%' ESCAPE '\') AS identifiers,
  (SELECT v.outcome FROM verdict v WHERE v.subject = e.name ORDER BY v.ts DESC, v.event_id DESC LIMIT 1) AS verdict
FROM entity e JOIN account a ON a.entity = e.id
WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND e.name = :account_id
