SELECT (SELECT value FROM meta WHERE name = 'watermark_ms') AS watermark_ms,
  (SELECT value FROM meta WHERE name = 'window_ms') AS window_ms,
  (SELECT value FROM meta WHERE name = 'ledger_entries') AS ledger_entries
