// question: Which rings should be looked at first?
// param kind: text? = null; only rings of this kind
// param min_score: number = 0; only rings of at least this score
// param as_of: time? = null; the rings open at that moment; the open ones when not given
// param limit: integer = 50; rows shown at most
// param skip: integer = 0; rows left out at the beginning
// column ring_id: text; the ring
// column kind: text; what it does
// column score: number; its probability, as last judged
// column accounts: integer; how many accounts stood in it
// column exposure: number; money granted to or taken by it, as last judged
// column priority: number; score times money: what is at stake
// column flagged_ms: time; when it was first flagged
// column closed_ms: time; when it closed
// column verdict: text; the newest answer to it
// order: priority, largest first, then ring_id
// cost: one look at every ring
MATCH (r:Ring)
WHERE ($kind IS NULL OR r.kind = $kind) AND r.score >= $min_score
  AND CASE WHEN $as_of IS NULL THEN r.closed_ms IS NULL
      ELSE r.flagged_ms <= $as_of AND (r.closed_ms IS NULL OR r.closed_ms > $as_of) END
WITH r, r.score * r.exposure AS priority ORDER BY priority DESC, r.ring_id SKIP $skip LIMIT $limit
RETURN r.ring_id AS ring_id, r.kind AS kind, r.score AS score,
  COUNT { MATCH (r)<-[m:MEMBER_OF]-() WHERE CASE WHEN $as_of IS NULL THEN m.to_ms IS NULL
    ELSE m.from_ms <= $as_of AND (m.to_ms IS NULL OR m.to_ms > $as_of) END } AS accounts,
  r.exposure AS exposure, priority, r.flagged_ms AS flagged_ms, r.closed_ms AS closed_ms,
  COLLECT { MATCH (v:Verdict {subject: r.ring_id}) RETURN v.outcome ORDER BY v.ts DESC, v.event_id DESC LIMIT 1 }[0]
    AS verdict
ORDER BY priority DESC, ring_id
// total
MATCH (r:Ring)
WHERE ($kind IS NULL OR r.kind = $kind) AND r.score >= $min_score
  AND CASE WHEN $as_of IS NULL THEN r.closed_ms IS NULL
      ELSE r.flagged_ms <= $as_of AND (r.closed_ms IS NULL OR r.closed_ms > $as_of) END
RETURN count(*)
