-- Every live link of these entities, seen from them. :keys: kind:identifier.
WITH me AS MATERIALIZED (SELECT j.value AS key, e.id FROM json_each(:keys) j
  CROSS JOIN entity_kind k ON k.name = substr(j.value, 1, instr(j.value, ':') - 1)
  CROSS JOIN entity e ON e.kind = k.code AND e.name = substr(j.value, instr(j.value, ':') + 1)),
found AS (
  SELECT me.key, l.kind, 1 AS is_out, l.target AS other, l.first_ms, l.last_ms, l.events, l.money_units
  FROM me CROSS JOIN link l ON l.source = me.id
  UNION ALL SELECT me.key, l.kind, 0 AS is_out, l.source AS other, l.first_ms, l.last_ms, l.events, l.money_units
  FROM me CROSS JOIN link l ON l.target = me.id)
SELECT f.key, k.name AS link, f.is_out, ek.name || ':' || o.name AS other, f.first_ms, f.last_ms, f.events,
  f.money_units / 10000.0 AS money
FROM found f JOIN link_kind k ON k.code = f.kind JOIN entity o ON o.id = f.other JOIN entity_kind ek ON ek.code = o.kind
ORDER BY f.key, k.name, other, f.is_out
