// question: What are these: how much linked, which role, which score, in which ring?
// param keys: text; a JSON list of kind:identifier, 2,000 at most
// column key: text; which one, as kind:identifier
// column links: integer; how many live links it has; 0 for what the store does not know
// column role: text; of an account, rider or driver
// column score: number; of an account, its probability as last judged
// column ring_id: text; of an account, the open ring it stands in
// order: key
// cost: two reads
// reads: degrees, open-rings
