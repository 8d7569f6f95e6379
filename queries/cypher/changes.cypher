// question: What changed among the rings since then?
// param since: time; changes after this moment
// param until: time? = null; and not after this one
// param limit: integer = 200; rows shown at most
// column entry: integer; the number of the ledger entry
// column ts: time; when
// column ring_id: text; the ring
// column kind: text; what it does
// column change: text; born, grew, merged, split or closed
// column from_rings: list; rings that it came from
// column added: list; accounts that joined
// column removed: list; accounts that left
// order: entry
// cost: the entries of that time
MATCH (l:LedgerEntry) WHERE l.ts > $since AND ($until IS NULL OR l.ts <= $until)
OPTIONAL MATCH (r:Ring {ring_id: l.ring_id})
RETURN l.entry AS entry, l.ts AS ts, l.ring_id AS ring_id, r.kind AS kind, l.change AS change,
  l.from_rings AS from_rings, l.added AS added, l.removed AS removed
ORDER BY entry LIMIT $limit
// total
MATCH (l:LedgerEntry) WHERE l.ts > $since AND ($until IS NULL OR l.ts <= $until) RETURN count(*)
