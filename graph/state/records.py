"""The records of the engine's arrays: what one entity, account, ring and running trip holds."""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.state.sizes import CELLS, PICTURE, PRINTS, REASONS, SKETCH_BINS, SKETCHES

NAMED: Final = np.dtype(
    [
        ("hash", "u8"),
        ("name_at", "i8"),
        ("name_length", "u2"),
        ("kind", "u1"),
        ("declared", "u1"),
        ("account", "i4"),
        ("residents", "i4"),
        ("independents", "i4"),
        ("joined", "i4"),
        ("host", "i4"),
    ]
)
"""``declared``: what an analyst said of it, PUBLIC or PRIVATE (``graph.state.state``); ``residents``: users
that were created with it; ``independents``: users with a life of their own; ``joined``: users that it joins
to a cluster now; ``host``: the first account of the large candidate that was judged last of those it joins
accounts of, -1 for none."""

ACCOUNT: Final = np.dtype(
    [
        ("entity", "i4"),
        ("role", "u1"),
        ("met", "u1"),
        ("independence", "u1"),
        ("verdict", "i1"),
        ("shape", "i1"),
        ("created_ms", "i8"),
        ("first_ms", "i8"),
        ("last_ms", "i8"),
        ("promo_ms", "i8"),
        ("promo_units", "i8"),
        ("chargeback_units", "i8"),
        ("pickup_lat", "f8"),
        ("pickup_lon", "f8"),
        ("score", "f8"),
        ("until_due", "f8"),
        ("judged", "i8"),
        ("noticed", "i8"),
        ("faded", "i8"),
        ("promos", "i4"),
        ("chargebacks", "i4"),
        ("trips", "i4"),
        ("pickups", "i4"),
        ("events", "i4"),
        *((name, "i8") for name in ("first_ride_ms", "last_ride_ms")),
        *((name, "i4") for name in ("days", "logins", "cards_added", "payouts_added")),
        *((name, "i4") for name in ("rides", "rides_again", "rides_paid")),
        ("leader", "i4"),
        ("circle_at", "i4"),
        ("origins", "i4"),
        ("ring", "i4"),
        ("next_in_ring", "i4"),
        ("passengers", "i4"),
        ("judged_with", "i4"),
        ("completed_left", "i4"),
        ("completed_set", "u8"),
        ("completed_events", "i8"),
        ("left_out", "u8"),
        ("seen", "i4", (3,)),
    ]
)
"""One account's facts. Times are epoch ms, money is in link units (1/10,000).

``created_ms`` is ``UNKNOWN_MS`` for an account that existed before the first event of it; ``trips`` counts
trips on live links; ``score`` is that of the last judgement it was part of, 0 before any. ``leader`` is the
first account of the candidate it was last judged in, itself before any. The leader's ``until_due`` is the
growth in events, summed over those accounts, after which they are judged again: an event of an account with n
events is a growth of 1/n. ``circle_at`` is the number of its trips from which on its circle is looked for
again. ``pickup_lat`` and ``pickup_lon`` are sums of degrees over ``pickups`` trips as a rider. ``met``: it
has used an identifier that another used too. ``verdict``: an investigator's, +1 fraud, -1 legit. ``origins``
heads the identifiers it was created with. ``judged``, ``noticed`` and ``faded`` are the events in which it
was last judged, last regrouped, and in which rides of it last fell out of the window. ``passengers`` heads
the blocks of its riders as a driver. ``judged_with``: how many accounts the candidate had that it leads.
``completed_set`` is a hash of the accounts of the candidate that it led when that was completed last, 0 for
none; those had ``completed_events`` in all, and ``completed_left`` of them were left out: these have the hash
as ``left_out``. ``seen``: by shape, how many events it had when it was last judged in a large candidate, 0
for never. ``days``: on how many days (UTC) it was seen. ``rides``: all its trips as a rider, of which
``rides_again`` came soon after the one before and ``rides_paid`` paid the driver an incentive
(``graph.updates.tempo``).
"""

MARK: Final = np.dtype([("stamp", "i8"), ("count", "i4"), ("first", "i4")])
"""Scratch for sets of entities: what another stamp wrote counts as empty."""

TALLY: Final = np.dtype([("stamp", "i8"), ("riders", "i4"), ("trips", "i4")])
"""Scratch, by account number: what the accounts under a stamp had to do with one: how many, and trips."""

ORIGIN: Final = np.dtype([("identifier", "i4"), ("next", "i4")])

BLOCK_RIDERS: Final = 15
PASSENGERS: Final = np.dtype(
    [
        ("next", "i4"),
        ("count", "i4"),
        ("riders", "i4", (BLOCK_RIDERS,)),
        ("rides", "i4", (BLOCK_RIDERS,)),
    ]
)
"""Two cache lines of riders of one driver by account number, and of the links of their rides with it; and
the next block of them. ``next`` also chains the free ones."""

RING: Final = np.dtype(
    [
        ("score", "f8"),
        ("best", "f8"),
        ("flagged_ms", "i8"),
        ("grounded_ms", "i8"),
        ("best_ms", "i8"),
        ("id_high", "u8"),
        ("id_low", "u8"),
        ("head", "i4"),
        ("size", "i4"),
        ("best_size", "i4"),
        ("shape", "i1"),
        ("blocked", "u1"),
        ("truncated", "u1"),
    ]
)
"""What the kernels know of an open ring; its accounts are chained by ``next_in_ring``, ascending.

By ``flagged_ms`` and the digits of its id two rings are ordered. ``best`` is the score of its best judgement,
``best_ms`` when that was, ``best_size`` how many accounts it then had."""

MEMO: Final = np.dtype([("stamp", "i8"), ("label", "i4"), ("driver", "i4"), ("answer", "i8")])

HABITS: Final = np.dtype(
    [
        ("trips", "i8"),
        ("incentives", "i8"),
        ("creations", "i8"),
        ("normal", "f8", (3, 3)),
        ("moment", "f8", (3,)),
        ("coefficients", "f8", (3,)),
        ("rows", "f8", (3, 4)),
        ("priced", "i8"),
        ("solved", "i8"),
        ("solved_at", "i8"),
        ("speeds", "i8"),
        ("speed_mean", "f8"),
        ("cells", "f8", (CELLS, 4)),
        ("counts", "i4", (SKETCHES, SKETCH_BINS)),
        ("learnt", "i8", (SKETCHES,)),
        ("settled_at", "i8", (SKETCHES,)),
        ("centre", "f8", (SKETCHES,)),
        ("lower", "f8", (SKETCHES,)),
        ("upper", "f8", (SKETCHES,)),
        ("places_seen", "i8"),
    ]
)
"""``cells``: trips of one distance and time of day, the sum of what their log speed differs from the city's
by, and the same two of log fares. ``counts`` to ``upper``: the sketches of ``graph.updates.sketches``."""

AREA: Final = np.dtype([("place", "i8"), ("support", "i8"), ("usual", "f8", (4,))])
"""Trips from one area of the city, as in ``cells``; ``support`` falls when another area wants its place."""

TRACK: Final = np.dtype(
    [
        ("trip", "u8"),
        ("first_ms", "i8"),
        ("last_ms", "i8"),
        *((name, "f8") for name in ("start_lat", "start_lon", "km_a_lon", "x", "y")),
        *((name, "f8") for name in ("second_x", "second_y", "before_x", "before_y")),
        *((name, "f8") for name in ("path_km", "farthest_km", "far_km")),
        *((name, "f8") for name in ("sum_t", "sum_tt", "sum_x", "sum_y", "sum_tx", "sum_ty")),
        *((name, "f8") for name in ("sum_xx", "sum_xy", "sum_yy")),
        *((name, "f8") for name in ("sum_s", "sum_ts", "sum_ss", "sum_v", "sum_vv")),
        *((name, "f8") for name in ("from_x", "from_y", "to_x", "to_y")),
        *((name, "f8") for name in ("moved_x", "moved_y")),
        *((name, "i8") for name in ("before_ms", "held_ms", "wild_ms", "from_ms", "to_ms")),
        *((name, "f8") for name in ("longest_s", "largest_km", "largest_s", "slowest", "left_kmh")),
        ("marks", "u8", (3,)),
        ("prints", "u8", (PRINTS,)),
        ("minutes", "i4", (PRINTS,)),
        ("picture", "i2", (PICTURE, 3)),
        *((name, "i4") for name in ("pings", "jumps", "settling", "moves", "printed", "rough", "coarse")),
        *((name, "i4") for name in ("wild", "wilds", "pictured", "stride")),
        ("next", "i4"),
        ("before", "i4"),
    ]
)
"""One running trip. Places are km east and north of the first fix: ``x``, ``y`` of the last, ``second_`` and
``before_`` of the second and of the last but one, ``moved_`` of the last that had moved on, ``from_`` and
``to_`` the ends of the newest leap, confirmed or not; ``held_ms``: when the last place was first told;
``wild_ms``: when the last of ``wilds`` wild steps ended, at fix ``wild``.
``sum_`` are sums over the fixes of time t in seconds, place x and y, way driven s, and over the steps of
speed v, of which ``slowest`` is the least. ``prints`` are the smallest fingerprints so far, ``minutes`` when
they were driven. ``picture`` holds one fix in ``stride``, as it is told (``TOLD_TRIP``). ``next`` and
``before`` chain the running tracks in the order they began; ``next`` also the free ones."""

WHEREABOUTS: Final = np.dtype(
    [
        ("who", "u8"),
        *((name, "i8") for name in ("heard_ms", "began_ms", "ended_ms", "seen_ms")),
        *((name, "f8") for name in ("lat", "lon", "seen_lat", "seen_lon")),
        ("dropped", "i8"),
    ]
)
"""Somebody, by a hash: the newest trip, where it ended if ``dropped`` says that this is a place, and where
the phone was at the newest login; 0 ms for none."""

TRIP: Final = np.dtype(
    [
        ("log_odds", "f8"),
        ("improbability", "f8"),
        ("surcharge", "f8"),
        ("expected_fare", "f8"),
        ("expected_s", "f8"),
        ("signs", "f8", (REASONS,)),
        ("picked", "i8"),
        ("dropped", "i8"),
        ("track", "i8"),
    ]
)
"""The trip judged last: log odds that it is not what it says, and what each sign added to them. What is
expected is NaN while unknown. ``picked`` and ``dropped``: whether its ends are places.
``track``: the number of its track, which stays readable until the next event; 0 for none."""

TOLD_TRIP: Final = np.dtype(
    [
        *((name, "f8") for name in ("integrity", "surcharge", "expected_fare", "expected_s")),
        *((name, "f8") for name in ("lat", "lon", "km_a_lon")),
        ("reasons", "u4"),
        ("points", "i4"),
        ("track", "i2", (PICTURE + 1, 3)),
    ]
)
"""A completed trip as it was judged, for those who keep it. ``reasons``: a bit for each. ``track``: seconds
since its first fix at ``lat`` and ``lon``, and tens of metres east and north of that, of ``points`` fixes."""

TENURE: Final = np.dtype(
    [
        ("link", "i4"),
        ("account", "i4"),
        ("first_ms", "i8"),
        ("last_ms", "i8"),
        ("eligible", "u1"),
        ("cut", "u1"),
        ("was_joined", "u1"),
        ("joined", "u1"),
    ]
)
"""One account's live use of one identifier. ``eligible``: nothing about the account says that it is only a
visitor, or one of many with lives of their own; ``cut``: an analyst unlinked the two; ``was_joined``: what
held before; ``joined``: whether the identifier joins it now, which ``graph.updates.sharing`` answers."""

TRACK_CHAIN: Final = np.dtype([(name, "i4") for name in ("oldest", "newest", "free", "used", "running")])
"""One row: ends of the chain of running tracks, the first free record, how many records were ever used (from
1 on) and how many tracks are running. -1 stands for none."""

COUNTERS: Final = np.dtype(
    [
        (name, "i8")
        for name in (
            "watermark_ms",
            "event",
            "live_trips",
            "promos",
            "promo_units",
            "chargebacks",
            "verdicts",
            "entities",
            "accounts",
            "name_bytes",
            "origins",
            "passenger_blocks",
            "free_passenger_block",
            "acts_end_ms",
        )
    ]
)
"""One row, kept in snapshots: the newest event time; how many events were applied, trips are live,
promotions were taken and for how much, payments were disowned and accounts have a verdict; how much of the
arrays is used; the first free block of passengers, -1 for none; and when the first act of an analyst that has
an end is over."""

CURSOR: Final = np.dtype(
    [
        *((name, "i8") for name in ("row", "phase", "index", "step", "regrouped", "faded")),
        *((name, "i8") for name in ("pending", "subject", "after", "acting", "told")),
        ("touched", "i8", (2,)),
    ]
)
"""One row: how far a batch is. The event at hand (``row``) and its ``phase``; the ``index`` in what the phase
walks along; the ``step`` of the candidate at hand; how many accounts the event regrouped and how many rides
it let fade; the account whose cluster is looked at behind its visit (``pending``), and the one whose ring
fell apart (``subject``); the phase that comes ``after`` regrouped accounts were judged; whether an
analyst regrouped them (``acting``); how many trips of the batch were told (``told``); the
accounts that the event names. -1 stands for nobody."""

CANDIDATE: Final = np.dtype(
    [
        *(
            (name, "i8")
            for name in ("size", "shape", "truncated", "before", "completed", "arrivals", "hurried")
        ),
        *((name, "f8") for name in ("score", "score_before", "enough")),
    ]
)
"""One row: the candidate at hand, whose accounts are the first ``size`` of ``State.members``. ``completed``
is what came of its completion (``graph.engine.completion``); before that it had ``before`` accounts and
``score_before``. With a score of ``enough`` its completion stands in any case. ``arrivals``: how many
settled riders came to the phone of the visit that was looked for last; ``hurried``: whether the candidate is
due at each event of its accounts while it is small."""

DECISION: Final = np.dtype([("action", "i8"), ("survivor", "i8"), ("merged", "i8")])
"""One row: what the judgement at hand does to the rings (``graph.rings.decision``): the slot of the ring that
goes on, -1 for none, and how many are merged into it."""

OPTIONS: Final = np.dtype(
    [
        *((name, "f8") for name in ("review", "block", "close")),
        *((name, "i8") for name in ("min_accounts", "window_ms", "observed", "scored_outside")),
    ]
)
"""One row: scores from which on a ring is opened, blocked and not yet closed, and the least accounts of one;
whether an observer wants every judgement; whether the scorer is not for kernels to work out."""

STAMPS: Final = np.dtype([("last", "i8")])
"""One row, in no snapshot: the newest stamp, under which sets of entities are marked."""
