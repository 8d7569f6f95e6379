// question: How do the accounts of this ring hang together, link by link?
// param ring_id: text; the ring
// param limit: integer = 5000; rows shown at most
// column source: text; the account
// column link: text; what kind of link
// column target_kind: text; what it leads to
// column target: text; which one
// column first_ms: time; first seen
// column last_ms: time; last seen
// column events: integer; how often
// column money: number; money that went with it
// order: source, link, target
// cost: the links of the accounts of one ring
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
MATCH (a)-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(b:Entity)
WHERE EXISTS { (b)-[:TIES]->(r) } OR EXISTS { MATCH (b)-[n:MEMBER_OF]->(r) WHERE n.to_ms IS NULL }
RETURN a.id AS source, toLower(type(l)) AS link, split(b.key, ':')[0] AS target_kind, b.id AS target,
  l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units / 10000.0 AS money
ORDER BY source, link, target_kind, target LIMIT $limit
// total
MATCH (r:Ring {ring_id: $ring_id})<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
MATCH (a)-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(b:Entity)
WHERE EXISTS { (b)-[:TIES]->(r) } OR EXISTS { MATCH (b)-[n:MEMBER_OF]->(r) WHERE n.to_ms IS NULL }
RETURN count(*)
