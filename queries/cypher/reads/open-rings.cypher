// The open ring of each of these accounts, and its score. $accounts: account ids.
UNWIND $accounts AS id MATCH (a:Entity {key: 'account:' + id})
RETURN id, a.role AS role, a.score AS score,
  COLLECT { MATCH (a)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL RETURN r.ring_id }[0] AS ring_id
ORDER BY id
