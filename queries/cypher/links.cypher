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
// cost: every link of one entity
CALL () {
  MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]->(o:Entity)
  WHERE $as_of IS NULL OR (l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of)
  RETURN toLower(type(l)) AS link, 'out' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})-[l:FORMER]->(o:Entity)
  WHERE $as_of IS NOT NULL AND l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of
    AND NOT EXISTS { MATCH (e)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]->(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN l.kind AS link, 'out' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, false AS is_live
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})<-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]-(o:Entity)
  WHERE $as_of IS NULL OR (l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of)
  RETURN toLower(type(l)) AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, true AS is_live
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})<-[l:FORMER]-(o:Entity)
  WHERE $as_of IS NOT NULL AND l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of
    AND NOT EXISTS { MATCH (e)<-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]-(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN l.kind AS link, 'in' AS direction, o, l.first_ms AS first_ms, l.last_ms AS last_ms, l.events AS events, l.money_units AS units, false AS is_live
}
WITH * ORDER BY last_ms DESC, link, direction, o.key, first_ms LIMIT $limit
RETURN link, direction, split(o.key, ':')[0] AS other_kind, o.id AS other_id, first_ms, last_ms, events,
  units / 10000.0 AS money, is_live
ORDER BY last_ms DESC, link, direction, other_kind, other_id, first_ms
// total
CALL () {
  MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]->(o:Entity)
  WHERE $as_of IS NULL OR (l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of)
  RETURN 1 AS one
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})-[l:FORMER]->(o:Entity)
  WHERE $as_of IS NOT NULL AND l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of
    AND NOT EXISTS { MATCH (e)-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]->(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN 1 AS one
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})<-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]-(o:Entity)
  WHERE $as_of IS NULL OR (l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of)
  RETURN 1 AS one
  UNION ALL MATCH (s:RingfenceStore {name: 'store'})
  MATCH (e:Entity {key: $kind + ':' + $id})<-[l:FORMER]-(o:Entity)
  WHERE $as_of IS NOT NULL AND l.first_ms <= $as_of AND l.last_ms + s.window_ms >= $as_of
    AND NOT EXISTS { MATCH (e)<-[n:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED]-(o) WHERE toLower(type(n)) = l.kind AND n.first_ms <= l.first_ms }
  RETURN 1 AS one
}
RETURN count(*)
