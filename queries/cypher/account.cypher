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
// order: one row at most
// cost: one row by its key
MATCH (a:Entity {key: 'account:' + $account_id}) WHERE a.is_seen
RETURN a.id AS account_id, a.role AS role, a.score AS score,
  COLLECT { MATCH (a)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL RETURN r.ring_id }[0] AS ring_id,
  a.created_ms AS created_ms, a.first_ms AS first_ms, a.last_ms AS last_ms, a.trips AS trips, a.promos AS promos,
  a.promo_units / 10000.0 AS promo_money, a.chargebacks AS chargebacks,
  a.chargeback_units / 10000.0 AS chargeback_money,
  COUNT { (a)-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP]->() } AS identifiers,
  COLLECT { MATCH (v:Verdict {subject: a.id}) RETURN v.outcome ORDER BY v.ts DESC, v.event_id DESC LIMIT 1 }[0]
    AS verdict
