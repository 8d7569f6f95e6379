// question: Why are these two linked? The strongest paths between them, and the events behind each link.
// param a: text; the one, as kind:identifier, an account where no kind is given
// param b: text; the other
// param hops: integer = 6; links on a path at most, 8 at most
// param fold: integer = 100; what has more links than this is not followed; it may still be where two paths meet
// param paths: integer = 3; paths shown at most
// column path: integer; the number of the path, strongest first
// column strength: number; 1 at most; less for every link, and the less the more its busier end is linked to
// column step: integer; the number of the link on the path
// column source: text; one end
// column link: text; what kind of link
// column target: text; the other end
// column first_ms: time; first seen
// column last_ms: time; last seen
// column events: integer; how often
// column money: number; money that went with it
// column source_events: list; the newest five kept events behind it
// order: path, then step
// cost: two reads a hop from either end; a hop that may lead past 2,000 entities is not taken
// reads: degrees, neighbours, source-events
