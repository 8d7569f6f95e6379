// question: How far has this store come, and how much is in it?
// column name: text; what is counted
// column value: integer; how many, or epoch milliseconds
// order: name
// cost: counting rings, flags, verdicts, trips and ledger entries
MATCH (s:RingfenceStore {name: 'store'})
UNWIND [['flags', COUNT { (:Flag) }], ['ledger_entries', s.ledger_entries],
  ['open_rings', COUNT { MATCH (r:Ring) WHERE r.closed_ms IS NULL }], ['rings', COUNT { (:Ring) }],
  ['trips', COUNT { (:Trip) }], ['verdicts', COUNT { (:Verdict) }], ['watermark_ms', s.watermark_ms],
  ['window_ms', s.window_ms]] AS row
RETURN row[0] AS name, row[1] AS value ORDER BY name
