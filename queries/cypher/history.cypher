// question: How did this ring come about, grow, merge and split?
// param ring_id: text; the ring
// param as_of: time? = null; only what had happened by then
// param limit: integer = 200; rows shown at most
// param skip: integer = 0; rows left out at the beginning
// column entry: integer; the number of the ledger entry
// column ts: time; when
// column ring_id: text; the ring that changed: this one, or one that swallowed it or came from it
// column change: text; born, grew, merged, split or closed
// column from_rings: list; rings that it came from
// column added: list; accounts that joined
// column removed: list; accounts that left
// order: entry
// cost: the entries of one ring, and a look at those that merge or split
MATCH (l:LedgerEntry)
WHERE (l.ring_id = $ring_id OR (l.change IN ['merged', 'split'] AND l.from_rings CONTAINS '"' + $ring_id + '"'))
  AND ($as_of IS NULL OR l.ts <= $as_of)
RETURN l.entry AS entry, l.ts AS ts, l.ring_id AS ring_id, l.change AS change, l.from_rings AS from_rings,
  l.added AS added, l.removed AS removed
ORDER BY entry SKIP $skip LIMIT $limit
// total
MATCH (l:LedgerEntry)
WHERE (l.ring_id = $ring_id OR (l.change IN ['merged', 'split'] AND l.from_rings CONTAINS '"' + $ring_id + '"'))
  AND ($as_of IS NULL OR l.ts <= $as_of)
RETURN count(*)
