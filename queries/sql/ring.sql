SELECT r.ring_id, r.kind, r.score, r.accounts, r.drivers, r.first_ms, r.flagged_ms, r.closed_ms, r.exposure,
  r.entities, r.reasons, r.innocent_reasons,
  (SELECT v.outcome FROM verdict v WHERE v.subject = r.ring_id ORDER BY v.ts DESC, v.event_id DESC LIMIT 1) AS verdict
FROM ring r WHERE r.ring_id = :ring_id
