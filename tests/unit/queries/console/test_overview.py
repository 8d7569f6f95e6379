"""The charts of the overview: flags by day and kind, money by day."""

from __future__ import annotations

from graph.model.vocabulary import DeskRole

DAY_MS = 86_400_000


def test_what_the_charts_show_is_what_the_store_tells_added_up(place):
    told = place.sits(DeskRole.INVESTIGATOR).get("/overview/series").json()
    flags = place.store.ask("flags", limit=500)
    names = [column.name for column in flags.columns]
    rows = [dict(zip(names, row, strict=True)) for row in flags.rows]
    assert rows
    assert told["shown"] == len(rows)
    assert told["days"] == sorted({row["ts"] // DAY_MS * DAY_MS for row in rows})
    for kind, counts in told["flags"].items():
        for day, count in zip(told["days"], counts, strict=True):
            assert count == sum(
                row["kind"].replace("_", " ") == kind and row["ts"] // DAY_MS * DAY_MS == day for row in rows
            )
    assert sum(map(sum, told["flags"].values())) == len(rows)
    money = place.store.ask("money-days").rows
    assert money
    assert told["money_days"] == sorted({row[1] for row in money})
    for column, name in ((2, "promotions"), (3, "chargebacks"), (4, "incentives")):
        assert told["money"][name] == [
            sum(row[column] for row in money if row[1] == day) for day in told["money_days"]
        ]
