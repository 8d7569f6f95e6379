-- Every live link among these entities. :keys: kind:identifier.
WITH me AS MATERIALIZED (SELECT DISTINCT j.value AS key, e.id FROM json_each(:keys) j
  CROSS JOIN entity_kind k ON k.name = substr(j.value, 1, instr(j.value, ':') - 1)
  CROSS JOIN entity e ON e.kind = k.code AND e.name = substr(j.value, instr(j.value, ':') + 1))
SELECT s.key AS source, k.name AS link, t.key AS target, l.first_ms, l.last_ms, l.events,
  l.money_units / 10000.0 AS money
FROM me s CROSS JOIN link l ON l.source = s.id CROSS JOIN me t ON t.id = l.target
JOIN link_kind k ON k.code = l.kind
ORDER BY s.key, k.name, t.key
