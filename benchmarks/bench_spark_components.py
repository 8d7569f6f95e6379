"""Connected components of links in Spark, both ways, beside one process without Spark.

Run as ``PYTHONPATH=. python benchmarks/bench_spark_components.py --links 1000000 10000000`` where the extra
``spark`` is installed; elsewhere it says so and measures nothing. Distinct links of accounts and identifiers
lie in Parquet files: seven of ten identifiers have one account, the others two or three, and one has ten
thousand. ``union_find``: Spark drops identifiers of one account, union-find runs in the calling process.
``stars``: Spark does all of it, by large-star and small-star. ``alone``: numpy, pyarrow and the same
union-find, no Spark. Each writes the links of shared identifiers with their component, in order, and is a
process of its own: ``*_s`` are seconds of its clock and ``*_cpu_s`` processor time of it and all it starts,
with the start of Python and of Java. That all three wrote the same rows is checked.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from bench_backfill import timed
from surroundings import surroundings

from streaming.backfill.union_find import roots

WAYS: Final = ("union_find", "stars", "alone")
PARTS: Final = 8
KIOSK: Final = 10_000
MEMORY: Final = "2g"
"""Of Java, where Spark runs in one process."""
COLUMNS: Final = ["component", "account", "kind", "identifier"]


def write_links(size: int, folder: Path, seed: int = 11) -> int:
    """About so many distinct links, in ``PARTS`` files; gives how many."""
    draw = np.random.default_rng(seed)
    accounts = max(int(0.6 * size), KIOSK)
    shared = int(0.2 * size)
    account = draw.integers(0, accounts, size)
    identifier = np.arange(size)
    identifier[:shared] = draw.integers(size, size + int(0.08 * size), shared)
    pairs = np.unique(np.stack([account, identifier]), axis=1)
    pairs = np.concatenate([pairs, np.stack([np.arange(KIOSK), np.full(KIOSK, 2 * size)])], axis=1)
    pairs = pairs[:, draw.permutation(pairs.shape[1])]
    folder.mkdir(parents=True)
    for number, part in enumerate(np.array_split(pairs, PARTS, axis=1)):
        ones = pa.array(np.ones(part.shape[1], np.int64))
        table = pa.table(
            {
                "account": _texts("account-", part[0]),
                "kind": pa.array(["device"] * part.shape[1]),
                "identifier": _texts("device-", part[1]),
                "region": pa.array(["north"] * part.shape[1]),
                "first_ts": ones,
                "last_ts": ones,
                "uses": ones,
            }
        )
        pq.write_table(table, folder / f"{number}.parquet")
    return int(pairs.shape[1])


def _texts(prefix: str, numbers: Any) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def alone(links: Path, out: Path) -> None:
    """All of it in this process: accounts are numbered by name, identifiers behind them."""
    table = pq.read_table(links, columns=["account", "kind", "identifier"])
    names, account = _numbered(table.column("account"))
    key = pc.binary_join_element_wise(table.column("kind"), table.column("identifier"), ":")
    identifiers, identifier = _numbered(key, is_sorted=False)
    least = roots(len(names) + len(identifiers), account, identifier + len(names))
    is_shared = pa.array(np.bincount(identifier)[identifier] > 1)
    component = names.take(pa.array(least[account])).filter(is_shared)
    found = table.filter(is_shared).append_column("component", component).select(COLUMNS)
    out.mkdir()
    pq.write_table(found.sort_by([(name, "ascending") for name in COLUMNS]), out / "part-0.parquet")


def _numbered(texts: pa.ChunkedArray, *, is_sorted: bool = True) -> tuple[pa.Array, Any]:
    """Distinct texts, in order where that is asked for, and the number of each text among them."""
    encoded = texts.cast(pa.large_string()).combine_chunks().dictionary_encode()
    names, numbers = encoded.dictionary, encoded.indices.to_numpy()
    if not is_sorted:
        return names, numbers
    order = pc.sort_indices(names).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return names.take(pa.array(order)), ranks[numbers]


def in_spark(links: Path, out: Path, way: str, cores: int) -> None:
    """As the product does it, from distinct links on."""
    from streaming.backfill.components import ComponentsConfig, write_components_of  # noqa: PLC0415
    from streaming.backfill.session import session  # noqa: PLC0415

    with session(f"local[{cores}]", {"spark.driver.memory": MEMORY}) as spark:
        how = ComponentsConfig(most_links_here=0 if way == "stars" else 1 << 40)
        print(write_components_of(spark, spark.read.parquet(links.as_uri()), out, how).rounds)


def case(size: int, cores: int, folder: Path) -> dict[str, Any]:
    """One size, all three ways one after another."""
    found: dict[str, Any] = {"links": write_links(size, folder / "links"), "cores": cores}
    expected = None
    for way in reversed(WAYS):
        words = ["--one", way, str(folder / "links"), str(folder / way), "--cores", str(cores)]
        took, spent, said = timed([sys.executable, __file__, *words])
        found |= {f"{way}_s": round(took, 1), f"{way}_cpu_s": round(spent, 1)}
        if way == "stars":
            found["rounds"] = int(said)
        rows = pq.read_table(folder / way, columns=COLUMNS)
        rows = rows.cast(pa.schema([(name, pa.large_string()) for name in COLUMNS]))
        expected = rows if expected is None else expected
        assert rows.equals(expected), f"{way} found other components than alone"
        found |= {"shared_links": len(rows), "components": pc.count_distinct(rows["component"]).as_py()}
        shutil.rmtree(folder / way)
    return {**found, "load": round(os.getloadavg()[0], 1)}


def main() -> None:
    """Runs every size; says so where there is no Spark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--links", type=int, nargs="+", default=[1_000_000], metavar="NUMBER")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--one", nargs=3, metavar=("WAY", "LINKS", "OUT"), help=argparse.SUPPRESS)
    words = parser.parse_args()
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("no Spark, nothing measured: install the extra spark, and Java 17")
        return
    if words.one:
        way, links, out = words.one[0], Path(words.one[1]), Path(words.one[2])
        if way == "alone":
            alone(links, out)
        else:
            in_spark(links, out, way, words.cores)
        return
    for size in words.links:
        with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
            found = case(size, words.cores, Path(name) / "work")
        known = {"bench": "spark_components", "case": f"{size} links", **found}
        print(json.dumps({**known, **surroundings(["numba", "pyspark"])}), flush=True)


if __name__ == "__main__":
    main()
