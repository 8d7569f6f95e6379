-- The open ring of each of these accounts, and its score. :accounts: account ids.
SELECT j.value AS id, a.role, a.score,
  (SELECT m.ring_id FROM member m WHERE m.account_id = e.name AND m.to_ms IS NULL) AS ring_id
FROM json_each(:accounts) j CROSS JOIN entity e ON e.kind = (SELECT code FROM entity_kind WHERE name = 'account') AND e.name = j.value
LEFT JOIN account a ON a.entity = e.id
ORDER BY id
