// question: How many links of which kind does this account, device, card or promotion have?
// param id: text; which one
// param kind: text = account; account, device, card, bank_account, phone, email, ip or promo
// column link: text; what kind of link
// column direction: text; out: from here, in: to here
// column links: integer; how many are live
// column last_ms: time; the newest of them
// order: links, most first, then link and direction
// cost: every live link of one entity
MATCH (e:Entity {key: $kind + ':' + $id})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]-()
WITH toLower(type(l)) AS link, CASE WHEN startNode(l) = e THEN 'out' ELSE 'in' END AS direction, l
RETURN link, direction, count(l) AS links, max(l.last_ms) AS last_ms
ORDER BY links DESC, link, direction
