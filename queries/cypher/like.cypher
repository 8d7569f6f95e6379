// question: Which accounts use the same things as this one?
// param account_id: text; the account
// param fold: integer = 500; what more accounts than this use says nothing and is left out
// param limit: integer = 50; rows shown at most
// column account_id: text; the other account
// column likeness: number; the sum over shared things of 1 / log2(1 + accounts that use it)
// column shared: list; what they share
// column role: text; rider or driver
// column score: number; its probability, as last judged
// column ring_id: text; the open ring it stands in
// order: likeness, most first, then account_id
// cost: the users of everything that the account uses
// reads: neighbours, degrees, open-rings
