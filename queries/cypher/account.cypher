// question: Who is this account?
// param account_id: text; the account
// column account_id: text; the account
// column role: text; rider or driver
// column score: number; its probability, as last judged
// column ring_id: text; the open ring it stands in
// column created_ms: time; when it was created, where that was seen
// column first_ms: time; when it was first seen
// column last_ms: time; when it was last seen
// column trips: integer; trips on live links
// column promos: integer; promotions taken
// column promo_money: number; what they were worth
// column chargebacks: integer; payments that a card holder disowned
// column chargeback_money: number; what they were worth
// column identifiers: integer; devices, cards and the like on live links
// column verdict: text; the newest answer about it
// column devices_1h: integer; devices it used in the last an hour before the newest event of all
// column devices_24h: integer; devices it used in the last 24 hours before the newest event of all
// column devices_7d: integer; devices it used in the last 7 days before the newest event of all
// column devices_28d: integer; devices it used in the last 28 days before the newest event of all
// column cards_1h: integer; cards it used or tried in the last an hour
// column cards_24h: integer; cards it used or tried in the last 24 hours
// column cards_7d: integer; cards it used or tried in the last 7 days
// column cards_28d: integer; cards it used or tried in the last 28 days
// column declined_cards_1h: integer; of these cards, those declined in the last an hour
// column declined_cards_24h: integer; of these cards, those declined in the last 24 hours
// column declined_cards_7d: integer; of these cards, those declined in the last 7 days
// column declined_cards_28d: integer; of these cards, those declined in the last 28 days
// column device_accounts_1h: integer; accounts that used the most shared of its devices in the last an hour
// column device_accounts_24h: integer; accounts that used the most shared of its devices in the last 24 hours
// column device_accounts_7d: integer; accounts that used the most shared of its devices in the last 7 days
// column device_accounts_28d: integer; accounts that used the most shared of its devices in the last 28 days
// column device_cards_1h: integer; most cards that accounts on one of its devices used or tried, all in the last hour
// column device_cards_24h: integer; most cards that accounts on one of its devices used or tried, all in the last 24 hours
// column device_cards_7d: integer; most cards that accounts on one of its devices used or tried, all in the last 7 days
// column device_cards_28d: integer; most cards that accounts on one of its devices used or tried, all in the last 28 days
// column small_declined_cards: integer; cards declined and never used by it, for at most a third of its mean fare
// column cards_after_declines: integer; cards it used since the first of those that were declined and never used by it
// column first_promo_h: number; hours from its creation to its first promotion
// column incentive_trips: integer; trips that it drove for an incentive
// column incentive_share: number; share of its income as a driver that incentives are
// column close_trips: integer; trips with accounts of its ring, or with one device, card, payout, phone or e-mail in common
// column referred: integer; accounts that it referred
// column referred_promo_money: number; what the promotions were worth that these took
// order: one row at most
// cost: its links, and the newest users of its devices
MATCH (s:RingfenceStore {name: 'store'})
MATCH (a:Entity {key: 'account:' + $account_id}) WHERE a.is_seen
WITH a, s.watermark_ms AS now, COLLECT { MATCH (a)<-[l:RODE_WITH]-()
  RETURN [coalesce(l.incentives, 0), coalesce(l.incentive_units, 0), coalesce(l.money_units, 0)] } AS driven,
  COLLECT { MATCH (a)-[l:RODE_WITH]->() WITH sum(l.money_units) AS units, sum(l.events) AS rides
    RETURN CASE WHEN rides > 0 THEN 1.0 * units / rides ELSE 0.0 END }[0] AS fare,
  COLLECT { MATCH (a)-[l:TRIED]->(k) WHERE NOT EXISTS { (a)-[:USES_CARD]->(k) } RETURN min(l.first_ms) }[0] AS tested_ms
RETURN a.id AS account_id, a.role AS role, a.score AS score,
  COLLECT { MATCH (a)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL RETURN r.ring_id }[0] AS ring_id,
  a.created_ms AS created_ms, a.first_ms AS first_ms, a.last_ms AS last_ms, a.trips AS trips, a.promos AS promos,
  a.promo_units / 10000.0 AS promo_money, a.chargebacks AS chargebacks,
  a.chargeback_units / 10000.0 AS chargeback_money,
  COUNT { (a)-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP]->() } AS identifiers,
  COLLECT { MATCH (v:Verdict {subject: a.id}) RETURN v.outcome ORDER BY v.ts DESC, v.event_id DESC LIMIT 1 }[0]
    AS verdict,
  COUNT { MATCH (a)-[l:USES_DEVICE]->() WHERE l.last_ms > now - 3600000 } AS devices_1h,
  COUNT { MATCH (a)-[l:USES_DEVICE]->() WHERE l.last_ms > now - 86400000 } AS devices_24h,
  COUNT { MATCH (a)-[l:USES_DEVICE]->() WHERE l.last_ms > now - 604800000 } AS devices_7d,
  COUNT { MATCH (a)-[l:USES_DEVICE]->() WHERE l.last_ms > now - 2419200000 } AS devices_28d,
  COUNT { MATCH (a)-[l:USES_CARD|TRIED]->(c) WHERE l.last_ms > now - 3600000 RETURN DISTINCT c } AS cards_1h,
  COUNT { MATCH (a)-[l:USES_CARD|TRIED]->(c) WHERE l.last_ms > now - 86400000 RETURN DISTINCT c } AS cards_24h,
  COUNT { MATCH (a)-[l:USES_CARD|TRIED]->(c) WHERE l.last_ms > now - 604800000 RETURN DISTINCT c } AS cards_7d,
  COUNT { MATCH (a)-[l:USES_CARD|TRIED]->(c) WHERE l.last_ms > now - 2419200000 RETURN DISTINCT c } AS cards_28d,
  COUNT { MATCH (a)-[l:TRIED]->() WHERE l.last_ms > now - 3600000 } AS declined_cards_1h,
  COUNT { MATCH (a)-[l:TRIED]->() WHERE l.last_ms > now - 86400000 } AS declined_cards_24h,
  COUNT { MATCH (a)-[l:TRIED]->() WHERE l.last_ms > now - 604800000 } AS declined_cards_7d,
  COUNT { MATCH (a)-[l:TRIED]->() WHERE l.last_ms > now - 2419200000 } AS declined_cards_28d,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-() WHERE l.last_ms > now - 3600000 } AS sharers
    ORDER BY sharers DESC LIMIT 1 }[0], 0) AS device_accounts_1h,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-() WHERE l.last_ms > now - 86400000 } AS sharers
    ORDER BY sharers DESC LIMIT 1 }[0], 0) AS device_accounts_24h,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-() WHERE l.last_ms > now - 604800000 } AS sharers
    ORDER BY sharers DESC LIMIT 1 }[0], 0) AS device_accounts_7d,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-() WHERE l.last_ms > now - 2419200000 } AS sharers
    ORDER BY sharers DESC LIMIT 1 }[0], 0) AS device_accounts_28d,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-()-[c:USES_CARD|TRIED]->(k)
    WHERE l.last_ms > now - 3600000 AND c.last_ms > now - 3600000 RETURN DISTINCT k } AS cards ORDER BY cards DESC LIMIT 1 }[0], 0) AS device_cards_1h,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-()-[c:USES_CARD|TRIED]->(k)
    WHERE l.last_ms > now - 86400000 AND c.last_ms > now - 86400000 RETURN DISTINCT k } AS cards ORDER BY cards DESC LIMIT 1 }[0], 0) AS device_cards_24h,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-()-[c:USES_CARD|TRIED]->(k)
    WHERE l.last_ms > now - 604800000 AND c.last_ms > now - 604800000 RETURN DISTINCT k } AS cards ORDER BY cards DESC LIMIT 1 }[0], 0) AS device_cards_7d,
  coalesce(COLLECT { MATCH (a)-[:USES_DEVICE]->(d) RETURN COUNT { MATCH (d)<-[l:USES_DEVICE]-()-[c:USES_CARD|TRIED]->(k)
    WHERE l.last_ms > now - 2419200000 AND c.last_ms > now - 2419200000 RETURN DISTINCT k } AS cards ORDER BY cards DESC LIMIT 1 }[0], 0) AS device_cards_28d,
  COUNT { MATCH (a)-[l:TRIED]->(k) WHERE NOT EXISTS { (a)-[:USES_CARD]->(k) } AND 3.0 * l.money_units / l.events <= fare } AS small_declined_cards,
  COUNT { MATCH (a)-[l:USES_CARD]->() WHERE l.last_ms >= tested_ms } AS cards_after_declines,
  CASE WHEN a.promo_ms >= 0 THEN (a.promo_ms - a.created_ms) / 3600000.0 END AS first_promo_h,
  reduce(n = 0, d IN driven | n + d[0]) AS incentive_trips,
  CASE WHEN reduce(n = 0, d IN driven | n + d[1] + d[2]) > 0
    THEN toFloat(reduce(n = 0, d IN driven | n + d[1])) / reduce(n = 0, d IN driven | n + d[1] + d[2]) END AS incentive_share,
  reduce(n = 0, events IN COLLECT { MATCH (a)-[l:RODE_WITH]-(o) WHERE EXISTS { (a)-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL]->()<-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL]-(o) }
    OR EXISTS { MATCH (a)-[m:MEMBER_OF]->()<-[k:MEMBER_OF]-(o) WHERE m.to_ms IS NULL AND k.to_ms IS NULL } RETURN l.events } | n + events) AS close_trips,
  COUNT { (a)-[:REFERRED]->() } AS referred,
  reduce(n = 0, units IN COLLECT { MATCH (a)-[:REFERRED]->(b) RETURN coalesce(b.promo_units, 0) } | n + units) / 10000.0 AS referred_promo_money
