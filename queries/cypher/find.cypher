// question: What is there whose identifier begins like this?
// param prefix: text; the beginning of an identifier of an account, device, card, ring, trip and so on
// param exact: integer = 0; 1: only what is called exactly so
// param limit: integer = 20; rows shown at most
// column kind: text; a kind of entity, ring or trip
// column id: text; which one
// column role: text; of an account, rider or driver
// column score: number; of an account or a ring, its probability as last judged
// column ring_id: text; of an account, the open ring it stands in; of a ring, itself
// order: kind, then id
// cost: of each kind, as many of those that begin like this as are shown, by index; a thousand at most are counted; exactly so: one seek of each
CALL () {
  UNWIND ['account', 'bank_account', 'card', 'device', 'email', 'ip', 'phone', 'promo'] AS kind
  CALL (kind) {
    MATCH (e:Entity {key: kind + ':' + $prefix}) WHERE 0 <> $exact
    RETURN e
    UNION ALL
    MATCH (e:Entity) WHERE e.key STARTS WITH kind + ':' + $prefix + CASE $exact WHEN 0 THEN '' ELSE '\u0000' END
      AND 0 = $exact
    RETURN e ORDER BY e.key LIMIT $limit
  }
  RETURN kind, e.id AS id, e.role AS role, e.score AS score,
    COLLECT { MATCH (e)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL RETURN r.ring_id }[0] AS ring_id
  UNION ALL
  MATCH (r:Ring) WHERE r.ring_id STARTS WITH $prefix AND (0 = $exact OR r.ring_id = $prefix)
  WITH r ORDER BY r.ring_id LIMIT $limit
  RETURN 'ring' AS kind, r.ring_id AS id, null AS role, r.score AS score, r.ring_id AS ring_id
  UNION ALL
  MATCH (t:Trip {trip_id: $prefix}) WHERE 0 <> $exact
  RETURN 'trip' AS kind, t.trip_id AS id, null AS role, null AS score, null AS ring_id
  UNION ALL
  MATCH (t:Trip) WHERE t.trip_id STARTS WITH $prefix + CASE $exact WHEN 0 THEN '' ELSE '\u0000' END AND 0 = $exact
  WITH t ORDER BY t.trip_id LIMIT $limit
  RETURN 'trip' AS kind, t.trip_id AS id, null AS role, null AS score, null AS ring_id
}
RETURN kind, id, role, score, ring_id ORDER BY kind, id LIMIT $limit
// total
CALL () {
  UNWIND ['account', 'bank_account', 'card', 'device', 'email', 'ip', 'phone', 'promo'] AS kind
  CALL (kind) {
    MATCH (e:Entity {key: kind + ':' + $prefix}) WHERE 0 <> $exact
    RETURN count(e) AS found
    UNION ALL
    MATCH (e:Entity) WHERE e.key STARTS WITH kind + ':' + $prefix + CASE $exact WHEN 0 THEN '' ELSE '\u0000' END
      AND 0 = $exact
    WITH e LIMIT 1000 RETURN count(e) AS found
  }
  RETURN found
  UNION ALL
  MATCH (r:Ring) WHERE r.ring_id STARTS WITH $prefix AND (0 = $exact OR r.ring_id = $prefix)
  WITH r LIMIT 1000 RETURN count(r) AS found
  UNION ALL
  MATCH (t:Trip {trip_id: $prefix}) WHERE 0 <> $exact
  RETURN count(t) AS found
  UNION ALL
  MATCH (t:Trip) WHERE t.trip_id STARTS WITH $prefix + CASE $exact WHEN 0 THEN '' ELSE '\u0000' END AND 0 = $exact
  WITH t LIMIT 1000 RETURN count(t) AS found
}
RETURN sum(found)
