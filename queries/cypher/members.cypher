// question: Who is in this ring, and since when?
// param ring_id: text; the ring
// param as_of: time? = null; who stood in it at that moment; who stands in it now when not given
// param limit: integer = 300; rows shown at most
// param skip: integer = 0; rows left out at the beginning
// column account_id: text; the account
// column role: text; rider or driver
// column from_ms: time; when it joined
// column to_ms: time; when it left
// column membership: number; the probability that it belongs with the others, where that is known
// column score: number; its probability, as last judged
// column created_ms: time; when it was created, where that was seen
// column last_ms: time; when it was last seen
// column trips: integer; trips on live links
// column promos: integer; promotions taken
// column promo_money: number; what they were worth
// column chargeback_money: number; payments that a card holder disowned
// order: role, then account_id
// cost: the stays in one ring
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account)
WHERE CASE WHEN $as_of IS NULL THEN m.to_ms IS NULL
  ELSE m.from_ms <= $as_of AND (m.to_ms IS NULL OR m.to_ms > $as_of) END
RETURN a.id AS account_id, a.role AS role, m.from_ms AS from_ms, m.to_ms AS to_ms, m.membership AS membership,
  a.score AS score,
  a.created_ms AS created_ms, a.last_ms AS last_ms, a.trips AS trips, a.promos AS promos,
  a.promo_units / 10000.0 AS promo_money, a.chargeback_units / 10000.0 AS chargeback_money
ORDER BY coalesce(role, ''), account_id, from_ms SKIP $skip LIMIT $limit
// total
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account)
WHERE CASE WHEN $as_of IS NULL THEN m.to_ms IS NULL
  ELSE m.from_ms <= $as_of AND (m.to_ms IS NULL OR m.to_ms > $as_of) END
RETURN count(*)
