SELECT 'flags' AS name, (SELECT count(*) FROM flag) AS value
UNION ALL SELECT 'ledger_entries', (SELECT value FROM meta WHERE name = 'ledger_entries')
UNION ALL SELECT 'open_rings', (SELECT count(*) FROM ring WHERE closed_ms IS NULL)
UNION ALL SELECT 'rings', (SELECT count(*) FROM ring)
UNION ALL SELECT 'trips', (SELECT count(*) FROM trip)
UNION ALL SELECT 'verdicts', (SELECT count(*) FROM verdict)
UNION ALL SELECT 'watermark_ms', (SELECT value FROM meta WHERE name = 'watermark_ms')
UNION ALL SELECT 'window_ms', (SELECT value FROM meta WHERE name = 'window_ms')
ORDER BY name
