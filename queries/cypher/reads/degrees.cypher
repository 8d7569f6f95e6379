// How many live links each of these entities has; unknown ones are left out. $keys: kind:identifier.
UNWIND $keys AS key MATCH (e:Entity {key: key})
RETURN key, COUNT { (e)-[:USES_DEVICE|USES_CARD|USES_BANK_ACCOUNT|USES_PHONE|USES_EMAIL|USES_IP|REDEEMED|RODE_WITH|REFERRED|PAID|TRIED|CANCELLED]-() } AS degree
ORDER BY key
