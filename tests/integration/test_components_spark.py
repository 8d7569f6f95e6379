"""Components over all regions: by union-find and by stars in Spark, networkx is the judge of both."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from graph.model.entities import KINDS
from graph.model.errors import Fatal
from graph.model.link_keys import LINK_CODE
from graph.model.view import GraphView
from graph.model.vocabulary import IDENTITY_LINKS, EntityKind
from ringfence.engines import new_engine
from ringfence.main import app
from simulation import CityConfig, simulate
from streaming.decoding.columns import ColumnDecoder
from tests.integration.spark import NEEDS_SPARK

pytestmark = NEEDS_SPARK
Use = tuple[str, str, str]
"""Account, kind and identifier."""
ALL_TIME_DAYS = 36_000
IDENTITIES = {LINK_CODE[link] for kind, link in IDENTITY_LINKS.items() if kind is not EntityKind.IP}


def judged(uses: set[Use]) -> tuple[set[Use], dict[str, str]]:
    """The links of identifiers of two accounts or more, and the smallest account that each hangs with."""
    users: dict[tuple[str, str], set[str]] = {}
    for account, *identifier in uses:
        users.setdefault(tuple(identifier), set()).add(account)
    shared = {use for use in uses if len(users[use[1:]]) > 1}
    least = {}
    for component in components(shared):
        least.update(dict.fromkeys(component, min(component)))
    return shared, least


def components(uses: set[Use]) -> list[set[str]]:
    """Accounts that hang together, by networkx; an identifier is a node by its kind and text."""
    graph = nx.Graph()
    graph.add_edges_from((account, (kind, identifier)) for account, kind, identifier in uses)
    return [
        {node for node in component if isinstance(node, str)} for component in nx.connected_components(graph)
    ]


def read(place: Path) -> list[dict]:
    return pyarrow.parquet.read_table(place).to_pylist()


def assert_as_judged(place: Path, uses: set[Use]) -> list[dict]:
    rows = read(place)
    shared, least = judged(uses)
    assert {(row["account"], row["kind"], row["identifier"]) for row in rows} == shared
    assert {row["account"]: row["component"] for row in rows} == least
    order = [
        tuple(row[name] for name in ("component", "account", "kind", "identifier", "region")) for row in rows
    ]
    assert order == sorted(order)
    assert len(order) == len(set(order))
    summary = json.loads((place / "_summary.json").read_text())
    assert (summary["components"], summary["accounts"]) == (len(set(least.values())), len(least))
    assert summary["links"] == len(rows)
    assert summary["largest"] == max(list(least.values()).count(each) for each in set(least.values()))
    return rows


# -- graphs of every form ------------------------------------------------------------------------------


def forms(seed: int) -> set[Use]:
    """A long path, a kiosk, cliques, and random graphs around the size at which one becomes all."""
    draw = random.Random(seed)
    path = [f"p{number}" for number in draw.sample(range(1000), 300)]
    uses = {(account, "device", f"path{at + side}") for at, account in enumerate(path) for side in (0, 1)}
    uses |= {(f"k{number}", "device", "kiosk") for number in range(60)}
    uses |= {(f"k{number}", "card", f"pair{number // 2}") for number in range(80)}
    for part in range(20):
        for _ in range(draw.randint(1, 40)):
            uses.add((f"r{part}-{draw.randrange(20)}", "phone", f"{part}-{draw.randrange(20)}"))
    return uses


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    from streaming.backfill.session import session

    with session("local[2]", {"spark.sql.shuffle.partitions": "3"}) as opened:
        yield opened


def links(spark, uses: set[Use]):
    """As ``links_of`` gives them: every third link in two regions."""
    rows = [
        (*use, region, 10 * at, 10 * at + 5, 2)
        for at, use in enumerate(sorted(uses))
        for region in (("north", "south") if at % 3 == 0 else ("north",))
    ]
    schema = "account string, kind string, identifier string, region string, first_ts long, last_ts long"
    schema += ", uses long"
    return spark.createDataFrame(rows, schema)


@pytest.mark.parametrize("seed", [3, 4])
def test_both_ways_give_what_networkx_gives(spark, seed: int, tmp_path: Path) -> None:
    from streaming.backfill.components import ComponentsConfig, write_components_of

    uses = forms(seed)
    here = write_components_of(spark, links(spark, uses), tmp_path / "here", ComponentsConfig())
    how = ComponentsConfig(most_links_here=0)
    stars = write_components_of(spark, links(spark, uses), tmp_path / "stars", how)
    rows = assert_as_judged(tmp_path / "here", uses)
    assert read(tmp_path / "stars") == rows
    assert here.rounds == 0
    assert 3 <= stars.rounds <= 12
    assert (here.components, here.accounts, here.links) == (stars.components, stars.accounts, stars.links)


def test_what_many_used_joins_nobody_where_that_is_asked_for(spark, tmp_path: Path) -> None:
    from streaming.backfill.components import ComponentsConfig, write_components_of

    uses = forms(5)
    for most, without in ((60, set()), (59, {use for use in uses if use[2] == "kiosk"})):
        how = ComponentsConfig(most_users=most)
        write_components_of(spark, links(spark, uses), tmp_path / "out", how)
        assert_as_judged(tmp_path / "out", uses - without)


def test_nothing_shared_is_no_component(spark, tmp_path: Path) -> None:
    from streaming.backfill.components import ComponentsConfig, write_components_of

    alone = {("a", "device", "d"), ("b", "card", "d"), ("c", "device", "e")}
    for most_here in (0, 100):
        how = ComponentsConfig(most_links_here=most_here)
        found = write_components_of(spark, links(spark, alone), tmp_path / "out", how)
        assert (found.components, found.accounts, found.links, found.largest) == (0, 0, 0, 0)
        assert read(tmp_path / "out") == []


def test_too_few_rounds_are_told_and_leave_what_was_there(spark, tmp_path: Path) -> None:
    from streaming.backfill.components import ComponentsConfig, write_components_of

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-00000.parquet").write_bytes(b"earlier")
    how = ComponentsConfig(most_links_here=0, most_rounds=2)
    with pytest.raises(Fatal, match="expected components within 2 rounds"):
        write_components_of(spark, links(spark, forms(6)), tmp_path / "out", how)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "part-00000.parquet").read_bytes() == b"earlier"


# -- two regions ---------------------------------------------------------------------------------------


def engine_after(lines: list[bytes]):
    engine = new_engine(ALL_TIME_DAYS)
    engine.apply(ColumnDecoder().decode_values(lines).batch)
    return engine


def links_of_engine(view: GraphView) -> Iterator[tuple[Use, bool]]:
    """Every identity link that the engine holds, and whether it joins its account to a cluster."""
    columns = view.links
    rows = zip(columns.kind.tolist(), columns.source, columns.target, columns.joins.tolist(), strict=True)
    for kind, source, target, joins in rows:
        if kind in IDENTITIES:
            yield (view.names[source], KINDS[view.kind[target]].value, view.names[target]), joins


def test_components_hold_the_clusters_of_engines_and_tie_regions(tmp_path: Path) -> None:
    region_lines = {}
    for seed, region in enumerate(("north", "south"), 31):
        config = CityConfig(seed=seed, riders=300, drivers=30, days=8, fraud_share=0.1)
        events = simulate(config, tmp_path / region).events_path
        # Cities name their accounts alike; here they are others, and one phone of each city is the same one.
        lines = [json.loads(line) for line in events.read_bytes().splitlines()]
        phone = next(line["device_id"] for line in lines if line["type"] == "account_created")
        for line in lines:
            for name, value in line.items():
                if name == "event_id" or name.endswith(("_id", "_hash")):
                    line[name] = "both" if value == phone else f"{region}-{value}"
        region_lines[region] = [json.dumps(line).encode() for line in lines]
        folder = tmp_path / "history" / f"region={region}" / "day=1"
        folder.mkdir(parents=True)
        (folder / "events.ndjson").write_bytes(b"\n".join([*region_lines[region], b"{"]))

    held = [each for lines in region_lines.values() for each in links_of_engine(engine_after(lines).view())]
    out = tmp_path / "out"
    command = ["backfill", str(tmp_path / "history"), "--out", str(out), "--no-replay", "--components"]
    result = CliRunner().invoke(app, [*command, "--master", "local[2]"])
    assert result.exit_code == 0, result.output
    rows = assert_as_judged(out / "components", {use for use, _ in held})
    assert json.loads(result.stdout.splitlines()[-1]) == json.loads(
        (out / "components" / "_summary.json").read_text()
    )
    assert [each.name for each in out.iterdir()] == ["components"]

    component = {row["account"]: row["component"] for row in rows}
    clusters = components({use for use, joins in held if joins})
    assert len(clusters) > 5
    assert all(len({component[account] for account in cluster}) == 1 for cluster in clusters)
    spanning = {row["component"] for row in rows if row["identifier"] == "both"}
    assert len(spanning) == 1
    assert {row["region"] for row in rows if row["component"] in spanning} == {"north", "south"}
    for row in rows:
        assert row["first_ts"] <= row["last_ts"]
        assert row["uses"] >= 1
