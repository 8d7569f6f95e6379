// question: What lies around this account, device, card or promotion, hub by hub folded?
// param id: text; which one
// param kind: text = account; account, device, card, bank_account, phone, email, ip or promo
// param hops: integer = 2; how many links away, 3 at most
// param fold: integer = 100; what has more links than this is named and not followed
// param limit: integer = 300; rows shown at most
// column hop: integer; how many links away
// column kind: text; what it is
// column id: text; which one
// column links: integer; how many links it has
// column is_folded: boolean; whether it was not followed
// column via: text; the nearer end of the link by which it was found
// column link: text; the kind of that link
// column events: integer; how often that link was seen
// column last_ms: time; when it was last seen
// column ring_id: text; the open ring it stands in
// order: hop, then kind and id
// cost: two reads a hop; past 2,000 entities no further hop is taken
// reads: degrees, neighbours, open-rings
