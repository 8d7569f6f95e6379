// question: How many links of which kind does this account, device, card or promotion have?
// param id: text; which one
// param kind: text = account; account, device, card, bank_account, phone, email, ip or promo
// column link: text; what kind of link
// column direction: text; out: from here, in: to here
// column links: integer; how many are live
// column last_ms: time; the newest of them
// order: links, most first, then link and direction
// cost: every live link that leads from the entity; those that lead to it are counted by the database, or by index
MATCH (e:Entity {key: $kind + ':' + $id})
CALL (e) {
  MATCH (e)-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->()
  RETURN toLower(type(l)) AS link, 'out' AS direction, count(l) AS links, max(l.last_ms) AS last_ms
  UNION ALL
  RETURN 'uses_device' AS link, 'in' AS direction, COUNT { (e)<-[:USES_DEVICE]-() } AS links,
    COLLECT { MATCH ()-[l:USES_DEVICE]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'uses_card' AS link, 'in' AS direction, COUNT { (e)<-[:USES_CARD]-() } AS links,
    COLLECT { MATCH ()-[l:USES_CARD]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'uses_bank_account' AS link, 'in' AS direction, COUNT { (e)<-[:USES_BANK_ACCOUNT]-() } AS links,
    COLLECT { MATCH ()-[l:USES_BANK_ACCOUNT]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'uses_phone' AS link, 'in' AS direction, COUNT { (e)<-[:USES_PHONE]-() } AS links,
    COLLECT { MATCH ()-[l:USES_PHONE]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'uses_email' AS link, 'in' AS direction, COUNT { (e)<-[:USES_EMAIL]-() } AS links,
    COLLECT { MATCH ()-[l:USES_EMAIL]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'uses_ip' AS link, 'in' AS direction, COUNT { (e)<-[:USES_IP]-() } AS links,
    COLLECT { MATCH ()-[l:USES_IP]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'redeemed' AS link, 'in' AS direction, COUNT { (e)<-[:REDEEMED]-() } AS links,
    COLLECT { MATCH ()-[l:REDEEMED]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'rode_with' AS link, 'in' AS direction, COUNT { (e)<-[:RODE_WITH]-() } AS links,
    COLLECT { MATCH ()-[l:RODE_WITH]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'referred' AS link, 'in' AS direction, COUNT { (e)<-[:REFERRED]-() } AS links,
    COLLECT { MATCH ()-[l:REFERRED]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'paid' AS link, 'in' AS direction, COUNT { (e)<-[:PAID]-() } AS links,
    COLLECT { MATCH ()-[l:PAID]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'tried' AS link, 'in' AS direction, COUNT { (e)<-[:TRIED]-() } AS links,
    COLLECT { MATCH ()-[l:TRIED]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
  UNION ALL
  RETURN 'cancelled' AS link, 'in' AS direction, COUNT { (e)<-[:CANCELLED]-() } AS links,
    COLLECT { MATCH ()-[l:CANCELLED]->() WHERE l.target = e.key AND l.last_ms >= 0 AND l.first_ms >= 0
      RETURN l.last_ms ORDER BY l.target DESC, l.last_ms DESC LIMIT 1 }[0] AS last_ms
}
WITH link, direction, links, last_ms WHERE links > 0
RETURN link, direction, links, last_ms ORDER BY links DESC, link, direction
