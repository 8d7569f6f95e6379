// question: How far has this store come, in event time?
// column watermark_ms: time; the newest event that is in it
// column window_ms: integer; how long a link lives that is not seen again
// column ledger_entries: integer; how many changes of rings it has been told
// order: one row
// cost: one row by its key
MATCH (s:RingfenceStore {name: 'store'})
RETURN s.watermark_ms AS watermark_ms, s.window_ms AS window_ms, s.ledger_entries AS ledger_entries
