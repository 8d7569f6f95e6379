// question: Who used this device, card, address or promotion, and when?
// param kind: text; device, card, bank_account, phone, email, ip or promo
// param id: text; which one
// param as_of: time? = null; the links live at that moment; counts and money are those of the whole link
// param limit: integer = 100; rows shown at most
// column account_id: text; the account
// column role: text; rider or driver
// column first_ms: time; first use
// column last_ms: time; last use
// column events: integer; uses
// column money: number; money that went with them
// column is_live: boolean; whether the link is inside the window now
// column ring_id: text; the open ring the account stands in
// order: newest use first, then account_id
// cost: the newest uses; counting all of them when there are more
MATCH (s:RingfenceStore {name: 'store'})
WITH $kind + ':' + $id AS key, coalesce($as_of - s.window_ms, 0) AS since, coalesce($as_of, 9007199254740991) AS until, CASE WHEN $as_of IS NULL THEN null ELSE $kind + ':' + $id END AS past
CALL (key, since, until, past) {
  MATCH (a)-[l:USES_DEVICE]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:USES_CARD]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:USES_BANK_ACCOUNT]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:USES_PHONE]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:USES_EMAIL]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:USES_IP]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:REDEEMED]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH a, l ORDER BY l.target DESC, l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (a)-[l:FORMER]->(e) WHERE l.kind <> 'tried' AND l.target = past AND l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (a)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]->(e) WHERE n.first_ms <= l.first_ms }
  WITH a, l ORDER BY l.last_ms DESC, a.id LIMIT $limit
  RETURN a, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, false AS is_live
}
WITH * ORDER BY last_ms DESC, a.id, first_ms LIMIT $limit
RETURN a.id AS account_id, a.role AS role, first_ms, last_ms, events, units / 10000.0 AS money, is_live,
  COLLECT { MATCH (a)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL RETURN r.ring_id }[0] AS ring_id
ORDER BY last_ms DESC, account_id, first_ms
// total
MATCH (s:RingfenceStore {name: 'store'})
WITH $kind + ':' + $id AS key, coalesce($as_of - s.window_ms, 0) AS since, coalesce($as_of, 9007199254740991) AS until, CASE WHEN $as_of IS NULL THEN null ELSE $kind + ':' + $id END AS past
CALL (key, since, until, past) {
  MATCH (e:Entity {key: key}) WHERE $as_of IS NULL RETURN COUNT { (e)<-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]-() } AS found
  UNION ALL
  MATCH ()-[l:USES_DEVICE]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:USES_CARD]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:USES_BANK_ACCOUNT]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:USES_PHONE]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:USES_EMAIL]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:USES_IP]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:REDEEMED]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH (a)-[l:FORMER]->(e) WHERE l.kind <> 'tried' AND l.target = past AND l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (a)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED]->(e) WHERE n.first_ms <= l.first_ms }
  RETURN count(*) AS found
}
RETURN sum(found)
