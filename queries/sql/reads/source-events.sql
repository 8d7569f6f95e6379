-- Kept events behind a rode-with or a redeemed link, newest first. :source, :target: identifiers; :link: its kind.
SELECT event_id, ts FROM (
  SELECT t.ts, t.event_id FROM trip t WHERE :link = 'rode_with' AND t.rider_id = :source AND t.driver_id = :target
  UNION ALL SELECT x.ts, x.event_id FROM taking x
  WHERE :link = 'redeemed' AND x.account_id = :source AND x.promo_id = :target)
ORDER BY ts DESC, event_id LIMIT 5
