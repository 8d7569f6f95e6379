SELECT r.ring_id, r.kind, r.score,
  (SELECT count(*) FROM member m WHERE m.ring_id = r.ring_id AND CASE WHEN :as_of IS NULL THEN m.to_ms IS NULL
    ELSE m.from_ms <= :as_of AND (m.to_ms IS NULL OR m.to_ms > :as_of) END) AS accounts,
  r.exposure, r.score * r.exposure AS priority, r.flagged_ms, r.closed_ms,
  (SELECT v.outcome FROM verdict v WHERE v.subject = r.ring_id ORDER BY v.ts DESC, v.event_id DESC LIMIT 1) AS verdict
FROM ring r
WHERE (:kind IS NULL OR r.kind = :kind) AND r.score >= :min_score
  AND CASE WHEN :as_of IS NULL THEN r.closed_ms IS NULL
      ELSE r.flagged_ms <= :as_of AND (r.closed_ms IS NULL OR r.closed_ms > :as_of) END
ORDER BY priority DESC, r.ring_id LIMIT :limit OFFSET :skip
-- total
SELECT count(*) FROM ring r
WHERE (:kind IS NULL OR r.kind = :kind) AND r.score >= :min_score
  AND CASE WHEN :as_of IS NULL THEN r.closed_ms IS NULL
      ELSE r.flagged_ms <= :as_of AND (r.closed_ms IS NULL OR r.closed_ms > :as_of) END
