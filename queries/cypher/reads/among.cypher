// Every live link among these entities. $keys: kind:identifier.
UNWIND $keys AS key MATCH (e:Entity {key: key})-[l:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]->(o:Entity) WHERE o.key IN $keys
RETURN key AS source, toLower(type(l)) AS link, o.key AS target, l.first_ms AS first_ms, l.last_ms AS last_ms,
  l.events AS events, l.money_units / 10000.0 AS money
ORDER BY source, link, target
