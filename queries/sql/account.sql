WITH now AS (SELECT coalesce((SELECT value FROM meta WHERE name = 'watermark_ms'), 0) AS ms),
me AS (SELECT id FROM entity WHERE kind = (SELECT code FROM entity_kind WHERE name = 'account') AND name = :account_id),
used AS (SELECT k.name AS kind, l.target, l.last_ms FROM me CROSS JOIN link l ON l.source = me.id JOIN link_kind k ON k.code = l.kind
  WHERE k.name IN ('uses_device', 'uses_card', 'tried')),
card_kind AS (SELECT code FROM link_kind WHERE name IN ('uses_card', 'tried')),
tested AS (SELECT l.events, l.money_units AS units, l.first_ms FROM me CROSS JOIN link l ON l.source = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'tried')
  WHERE l.target NOT IN (SELECT used.target FROM used WHERE used.kind = 'uses_card')),
paid AS (SELECT coalesce(sum(l.money_units) * 1.0 / sum(l.events), 0.0) AS fare
  FROM me CROSS JOIN link l ON l.source = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'rode_with')),
ride AS (SELECT l.target AS other, l.events FROM me CROSS JOIN link l ON l.source = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'rode_with')
  UNION ALL SELECT l.source, l.events FROM me CROSS JOIN link l ON l.target = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'rode_with')),
income AS (SELECT sum(l.incentives) AS trips, sum(l.incentive_units) AS incentives, sum(l.money_units + l.incentive_units) AS units
  FROM me CROSS JOIN link l ON l.target = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'rode_with'))
SELECT e.name AS account_id, a.role, a.score,
  (SELECT m.ring_id FROM member m WHERE m.account_id = e.name AND m.to_ms IS NULL) AS ring_id,
  a.created_ms, a.first_ms, a.last_ms, a.trips, a.promos, a.promo_units / 10000.0 AS promo_money, a.chargebacks,
  a.chargeback_units / 10000.0 AS chargeback_money,
  (SELECT count(*) FROM link l JOIN link_kind k ON k.code = l.kind
   WHERE l.source = e.id AND k.name LIKE 'uses\_%' ESCAPE '\') AS identifiers,
  (SELECT v.outcome FROM verdict v WHERE v.subject = e.name ORDER BY v.ts DESC, v.event_id DESC LIMIT 1) AS verdict,
  (SELECT count(*) FROM used WHERE used.kind = 'uses_device' AND used.last_ms > now.ms - 3600000) AS devices_1h,
  (SELECT count(*) FROM used WHERE used.kind = 'uses_device' AND used.last_ms > now.ms - 86400000) AS devices_24h,
  (SELECT count(*) FROM used WHERE used.kind = 'uses_device' AND used.last_ms > now.ms - 604800000) AS devices_7d,
  (SELECT count(*) FROM used WHERE used.kind = 'uses_device' AND used.last_ms > now.ms - 2419200000) AS devices_28d,
  (SELECT count(DISTINCT used.target) FROM used WHERE used.kind IN ('uses_card', 'tried') AND used.last_ms > now.ms - 3600000) AS cards_1h,
  (SELECT count(DISTINCT used.target) FROM used WHERE used.kind IN ('uses_card', 'tried') AND used.last_ms > now.ms - 86400000) AS cards_24h,
  (SELECT count(DISTINCT used.target) FROM used WHERE used.kind IN ('uses_card', 'tried') AND used.last_ms > now.ms - 604800000) AS cards_7d,
  (SELECT count(DISTINCT used.target) FROM used WHERE used.kind IN ('uses_card', 'tried') AND used.last_ms > now.ms - 2419200000) AS cards_28d,
  (SELECT count(*) FROM used WHERE used.kind = 'tried' AND used.last_ms > now.ms - 3600000) AS declined_cards_1h,
  (SELECT count(*) FROM used WHERE used.kind = 'tried' AND used.last_ms > now.ms - 86400000) AS declined_cards_24h,
  (SELECT count(*) FROM used WHERE used.kind = 'tried' AND used.last_ms > now.ms - 604800000) AS declined_cards_7d,
  (SELECT count(*) FROM used WHERE used.kind = 'tried' AND used.last_ms > now.ms - 2419200000) AS declined_cards_28d,
  (SELECT coalesce(max(sharers), 0) FROM (SELECT (SELECT count(*) FROM link l WHERE l.target = used.target AND l.kind = (SELECT code FROM link_kind WHERE name = 'uses_device')
    AND l.last_ms > now.ms - 3600000) AS sharers FROM used WHERE used.kind = 'uses_device')) AS device_accounts_1h,
  (SELECT coalesce(max(sharers), 0) FROM (SELECT (SELECT count(*) FROM link l WHERE l.target = used.target AND l.kind = (SELECT code FROM link_kind WHERE name = 'uses_device')
    AND l.last_ms > now.ms - 86400000) AS sharers FROM used WHERE used.kind = 'uses_device')) AS device_accounts_24h,
  (SELECT coalesce(max(sharers), 0) FROM (SELECT (SELECT count(*) FROM link l WHERE l.target = used.target AND l.kind = (SELECT code FROM link_kind WHERE name = 'uses_device')
    AND l.last_ms > now.ms - 604800000) AS sharers FROM used WHERE used.kind = 'uses_device')) AS device_accounts_7d,
  (SELECT coalesce(max(sharers), 0) FROM (SELECT (SELECT count(*) FROM link l WHERE l.target = used.target AND l.kind = (SELECT code FROM link_kind WHERE name = 'uses_device')
    AND l.last_ms > now.ms - 2419200000) AS sharers FROM used WHERE used.kind = 'uses_device')) AS device_accounts_28d,
  (SELECT coalesce(max(cards), 0) FROM (SELECT (SELECT count(DISTINCT c.target) FROM link d CROSS JOIN link c ON c.source = d.source AND c.kind IN card_kind
    WHERE d.target = used.target AND d.kind = (SELECT code FROM link_kind WHERE name = 'uses_device') AND d.last_ms > now.ms - 3600000 AND c.last_ms > now.ms - 3600000)
    AS cards FROM used WHERE used.kind = 'uses_device')) AS device_cards_1h,
  (SELECT coalesce(max(cards), 0) FROM (SELECT (SELECT count(DISTINCT c.target) FROM link d CROSS JOIN link c ON c.source = d.source AND c.kind IN card_kind
    WHERE d.target = used.target AND d.kind = (SELECT code FROM link_kind WHERE name = 'uses_device') AND d.last_ms > now.ms - 86400000 AND c.last_ms > now.ms - 86400000)
    AS cards FROM used WHERE used.kind = 'uses_device')) AS device_cards_24h,
  (SELECT coalesce(max(cards), 0) FROM (SELECT (SELECT count(DISTINCT c.target) FROM link d CROSS JOIN link c ON c.source = d.source AND c.kind IN card_kind
    WHERE d.target = used.target AND d.kind = (SELECT code FROM link_kind WHERE name = 'uses_device') AND d.last_ms > now.ms - 604800000 AND c.last_ms > now.ms - 604800000)
    AS cards FROM used WHERE used.kind = 'uses_device')) AS device_cards_7d,
  (SELECT coalesce(max(cards), 0) FROM (SELECT (SELECT count(DISTINCT c.target) FROM link d CROSS JOIN link c ON c.source = d.source AND c.kind IN card_kind
    WHERE d.target = used.target AND d.kind = (SELECT code FROM link_kind WHERE name = 'uses_device') AND d.last_ms > now.ms - 2419200000 AND c.last_ms > now.ms - 2419200000)
    AS cards FROM used WHERE used.kind = 'uses_device')) AS device_cards_28d,
  (SELECT count(*) FROM tested WHERE 3.0 * tested.units / tested.events <= (SELECT fare FROM paid)) AS small_declined_cards,
  (SELECT count(*) FROM used WHERE used.kind = 'uses_card' AND used.last_ms >= (SELECT min(tested.first_ms) FROM tested)) AS cards_after_declines,
  (nullif(a.promo_ms, -1) - a.created_ms) / 3600000.0 AS first_promo_h,
  coalesce((SELECT trips FROM income), 0) AS incentive_trips,
  (SELECT CAST(incentives AS REAL) / units FROM income WHERE units > 0) AS incentive_share,
  (SELECT coalesce(sum(ride.events), 0) FROM ride WHERE EXISTS (
    SELECT 1 FROM me CROSS JOIN link x ON x.source = me.id JOIN link_kind k ON k.code = x.kind JOIN link y ON y.source = ride.other AND y.kind = x.kind
      AND y.target = x.target WHERE k.name IN ('uses_device', 'uses_card', 'uses_bank_account', 'uses_phone', 'uses_email'))
    OR EXISTS (SELECT 1 FROM member m JOIN member n USING (ring_id) JOIN entity o ON o.name = n.account_id
      AND o.kind = (SELECT code FROM entity_kind WHERE name = 'account') WHERE m.account_id = e.name AND m.to_ms IS NULL AND n.to_ms IS NULL
      AND o.id = ride.other)) AS close_trips,
  (SELECT count(*) FROM me CROSS JOIN link l ON l.source = me.id AND l.kind = (SELECT code FROM link_kind WHERE name = 'referred')) AS referred,
  (SELECT coalesce(sum(b.promo_units), 0) / 10000.0 FROM me CROSS JOIN link l ON l.source = me.id
    AND l.kind = (SELECT code FROM link_kind WHERE name = 'referred') JOIN account b ON b.entity = l.target) AS referred_promo_money
FROM entity e JOIN account a ON a.entity = e.id CROSS JOIN now
WHERE e.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND e.name = :account_id
