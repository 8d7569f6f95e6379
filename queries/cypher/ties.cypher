// question: What do the accounts of this ring share?
// param ring_id: text; the ring
// param limit: integer = 200; rows shown at most
// param skip: integer = 0; rows left out at the beginning
// column kind: text; what it is
// column id: text; which one
// column members: integer; accounts of the ring that used it
// column accounts: integer; all accounts that used it
// column first_ms: time; when one of them first used it
// column last_ms: time; when one of them last used it
// column is_public: boolean; declared public by an analyst
// order: members, most first, then kind and id
// cost: the links of the accounts of one ring
MATCH (r:Ring {ring_id: $ring_id})<-[:TIES]-(e:Entity)
OPTIONAL MATCH (r)<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL
WITH e, a
OPTIONAL MATCH (a)-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP]->(e)
WITH e, count(l) AS members, min(l.first_ms) AS first_ms, max(l.last_ms) AS last_ms
RETURN split(e.key, ':')[0] AS kind, e.id AS id, members,
  COUNT { (e)<-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP]-() } AS accounts,
  first_ms, last_ms, coalesce(e.is_public, false) AS is_public
ORDER BY members DESC, kind, id SKIP $skip LIMIT $limit
// total
MATCH (:Ring {ring_id: $ring_id})<-[:TIES]-(e:Entity) RETURN count(*)
