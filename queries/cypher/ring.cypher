// question: What is this ring?
// param ring_id: text; the ring
// column ring_id: text; the ring
// column kind: text; what it does
// column score: number; its probability, as last judged
// column accounts: integer; accounts in it when last judged
// column drivers: integer; drivers among them
// column first_ms: time; when its accounts began to act together
// column flagged_ms: time; when it was first flagged
// column closed_ms: time; when it closed
// column exposure: number; money granted to or taken by it, as last judged
// column entities: list; what ties it
// column reasons: list; what speaks against it
// column innocent_reasons: list; what speaks for it
// column verdict: text; the newest answer to it
// order: one row at most
// cost: one row by its key
MATCH (r:Ring {ring_id: $ring_id})
RETURN r.ring_id AS ring_id, r.kind AS kind, r.score AS score, r.accounts AS accounts, r.drivers AS drivers,
  r.first_ms AS first_ms, r.flagged_ms AS flagged_ms, r.closed_ms AS closed_ms, r.exposure AS exposure,
  r.entities AS entities, r.reasons AS reasons, r.innocent_reasons AS innocent_reasons,
  COLLECT { MATCH (v:Verdict {subject: r.ring_id}) RETURN v.outcome ORDER BY v.ts DESC, v.event_id DESC LIMIT 1 }[0]
    AS verdict
