// question: Which accounts outside any ring share something with this one?
// param ring_id: text? = null; only neighbours of this ring
// param fold: integer = 200; what more accounts than this use is not followed
// param limit: integer = 100; rows shown at most
// column ring_id: text; the ring
// column account_id: text; the neighbour
// column role: text; rider or driver
// column shared: integer; how many things they have in common
// column last_ms: time; when the neighbour last used one
// column score: number; the neighbour's probability, as last judged
// order: shared, most first, newest first, then ring_id and account_id
// cost: the users of everything that ties the rings
MATCH (r:Ring)<-[:TIES]-(e:Entity) WHERE r.closed_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
WITH r, e, COUNT { (e)<-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]-() } AS users WHERE users <= $fold
MATCH (e)<-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]-(a:Account)
WHERE NOT EXISTS { MATCH (a)-[m:MEMBER_OF]->(:Ring) WHERE m.to_ms IS NULL }
WITH r, a, count(*) AS shared, max(l.last_ms) AS last_ms
RETURN r.ring_id AS ring_id, a.id AS account_id, a.role AS role, shared, last_ms, a.score AS score
ORDER BY shared DESC, last_ms DESC, ring_id, account_id LIMIT $limit
// total
MATCH (r:Ring)<-[:TIES]-(e:Entity) WHERE r.closed_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
WITH r, e, COUNT { (e)<-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]-() } AS users WHERE users <= $fold
MATCH (e)<-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]-(a:Account)
WHERE NOT EXISTS { MATCH (a)-[m:MEMBER_OF]->(:Ring) WHERE m.to_ms IS NULL }
WITH DISTINCT r, a RETURN count(*)
