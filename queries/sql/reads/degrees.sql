-- How many live links each of these entities has; unknown ones are left out. :keys: kind:identifier.
SELECT j.value AS key,
  (SELECT count(*) FROM link l WHERE l.source = e.id) + (SELECT count(*) FROM link l WHERE l.target = e.id) AS degree
FROM json_each(:keys) j
CROSS JOIN entity_kind k ON k.name = substr(j.value, 1, instr(j.value, ':') - 1)
CROSS JOIN entity e ON e.kind = k.code AND e.name = substr(j.value, instr(j.value, ':') + 1)
ORDER BY key
