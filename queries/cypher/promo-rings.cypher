// question: Which rings took this promotion, how often, and what was it worth?
// param promo_id: text; the promotion
// param limit: integer = 100; rows shown at most
// column ring_id: text; the ring
// column kind: text; what it does
// column score: number; its probability, as last judged
// column takers: integer; accounts of the ring that took it
// column accounts: integer; accounts in the ring
// column times: integer; how often it was taken
// column money: number; what that was worth
// column first_ms: time; first taken
// column last_ms: time; last taken
// order: money, most first, then ring_id
// cost: the accounts of every open ring
MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE r.closed_ms IS NULL AND m.to_ms IS NULL
WITH r, a
MATCH (a)-[l:REDEEMED]->(p) WHERE p.key = 'promo:' + $promo_id
WITH r, count(*) AS takers, sum(l.events) AS times, sum(l.money_units) AS units, min(l.first_ms) AS first_ms,
  max(l.last_ms) AS last_ms
RETURN r.ring_id AS ring_id, r.kind AS kind, r.score AS score, takers, r.accounts AS accounts, times,
  units / 10000.0 AS money, first_ms, last_ms
ORDER BY money DESC, ring_id LIMIT $limit
// total
MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE r.closed_ms IS NULL AND m.to_ms IS NULL
WITH r, a
MATCH (a)-[l:REDEEMED]->(p) WHERE p.key = 'promo:' + $promo_id
RETURN count(DISTINCT r)
