// question: In which rings does or did this driver or rider stand?
// param account_id: text; the account
// param limit: integer = 100; rows shown at most
// column ring_id: text; the ring
// column kind: text; what it does
// column score: number; its probability, as last judged
// column from_ms: time; when the account joined
// column to_ms: time; when it left
// column closed_ms: time; when the ring closed
// column exposure: number; money granted to or taken by the ring, as last judged
// order: newest stay first, then ring_id
// cost: the stays of one account
MATCH (:Entity {key: 'account:' + $account_id})-[m:MEMBER_OF]->(r:Ring)
RETURN r.ring_id AS ring_id, r.kind AS kind, r.score AS score, m.from_ms AS from_ms, m.to_ms AS to_ms,
  r.closed_ms AS closed_ms, r.exposure AS exposure
ORDER BY from_ms DESC, ring_id, m.entry LIMIT $limit
// total
MATCH (:Entity {key: 'account:' + $account_id})-[m:MEMBER_OF]->(:Ring) RETURN count(*)
