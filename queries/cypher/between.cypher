// question: Which links are there among these?
// param keys: text; a JSON list of kind:identifier, 2,000 at most
// column source: text; one end, as kind:identifier
// column link: text; what kind of link
// column target: text; the other end
// column first_ms: time; first seen
// column last_ms: time; last seen
// column events: integer; how often
// column money: number; money that went with it
// order: source, then link and target
// cost: every link that leads from one of them
// reads: among
