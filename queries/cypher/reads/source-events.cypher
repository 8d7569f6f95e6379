// Kept events behind a rode-with or a redeemed link, newest first. $source, $target: identifiers; $link: its kind.
CALL () {
  MATCH (t:Trip {rider_id: $source}) WHERE $link = 'rode_with' AND t.driver_id = $target
  RETURN t.ts AS ts, t.event_id AS event_id
  UNION ALL
  MATCH (x:Taking {account_id: $source}) WHERE $link = 'redeemed' AND x.promo_id = $target
  RETURN x.ts AS ts, x.event_id AS event_id
}
RETURN event_id, ts ORDER BY ts DESC, event_id LIMIT 5
