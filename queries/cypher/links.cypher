// question: What is this account, device, card or promotion linked to, now or at a moment?
// param id: text; which one
// param kind: text = account; account, device, card, bank_account, phone, email, ip or promo
// param as_of: time? = null; the links live at that moment; counts and money are those of the whole link
// param limit: integer = 200; rows shown at most
// column link: text; what kind of link
// column direction: text; out: from here, in: to here
// column other_kind: text; what is at the other end
// column other_id: text; which one
// column first_ms: time; first seen
// column last_ms: time; last seen
// column events: integer; how often
// column money: number; money that went with it
// column is_live: boolean; whether the link is inside the window now
// order: newest first, then link, direction, other end
// cost: the newest links that lead to the entity, every link that leads from it; counting all of them at a moment
MATCH (s:RingfenceStore {name: 'store'})
WITH $kind + ':' + $id AS key, coalesce($as_of - s.window_ms, 0) AS since, coalesce($as_of, 9007199254740991) AS until, CASE WHEN $as_of IS NULL THEN null ELSE $kind + ':' + $id END AS past
CALL (key, since, until, past) {
  MATCH (e:Entity {key: key})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(o:Entity) WHERE l.last_ms >= since AND l.first_ms <= until
  RETURN toLower(type(l)) AS link, 'out' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (e:Entity {key: past})-[l:FORMER]->(o:Entity) WHERE l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (e)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN l.kind AS link, 'out' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, false AS is_live
  UNION ALL
  MATCH (o)-[l:USES_DEVICE]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_device' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:USES_CARD]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_card' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:USES_BANK_ACCOUNT]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_bank_account' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:USES_PHONE]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_phone' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:USES_EMAIL]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_email' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:USES_IP]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'uses_ip' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:REDEEMED]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'redeemed' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:RODE_WITH]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'rode_with' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:REFERRED]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'referred' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:PAID]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'paid' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:TRIED]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'tried' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:CANCELLED]->() WHERE l.target = key AND l.last_ms >= since AND l.first_ms <= until
  WITH o, l ORDER BY l.target DESC, l.last_ms DESC, o.key LIMIT $limit
  RETURN 'cancelled' AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL
  MATCH (o)-[l:FORMER]->(e) WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (e)<-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]-(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  WITH o, l ORDER BY l.last_ms DESC, l.kind, o.key LIMIT $limit
  RETURN l.kind AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, false AS is_live
}
WITH * ORDER BY last_ms DESC, link, direction, o.key, first_ms LIMIT $limit
RETURN link, direction, split(o.key, ':')[0] AS other_kind, o.id AS other_id, first_ms, last_ms, events,
  units / 10000.0 AS money, is_live
ORDER BY last_ms DESC, link, direction, other_kind, other_id, first_ms
// total
MATCH (s:RingfenceStore {name: 'store'})
WITH $kind + ':' + $id AS key, coalesce($as_of - s.window_ms, 0) AS since, coalesce($as_of, 9007199254740991) AS until, CASE WHEN $as_of IS NULL THEN null ELSE $kind + ':' + $id END AS past
CALL (key, since, until, past) {
  MATCH (e:Entity {key: key}) WHERE $as_of IS NULL RETURN COUNT { (e)-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]-() } AS found
  UNION ALL
  MATCH (e:Entity {key: past})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->() WHERE l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH (e:Entity {key: past})-[l:FORMER]->(o:Entity) WHERE l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (e)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN count(*) AS found
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
  MATCH ()-[l:RODE_WITH]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:REFERRED]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:PAID]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:TRIED]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH ()-[l:CANCELLED]->() WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
  RETURN count(l) AS found
  UNION ALL
  MATCH (o)-[l:FORMER]->(e) WHERE l.target = past AND l.last_ms >= since AND l.first_ms <= until
    AND NOT EXISTS { MATCH (e)<-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]-(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN count(*) AS found
}
RETURN sum(found)
