"""The job itself, the one module that knows Flink: tables in and out, and the two functions between them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

import pandas as pd
from pyflink.common import Configuration, Row, Types
from pyflink.datastream import DataStream, KeyedProcessFunction, KeyedStream, StreamExecutionEnvironment
from pyflink.datastream.state import MapStateDescriptor
from pyflink.java_gateway import get_gateway
from pyflink.table import DataTypes, Schema, StreamTableEnvironment
from pyflink.table.udf import ScalarFunction, udf

from flink.frames import packed, unpacked
from flink.front import Front
from flink.options import RECORDS, JobOptions, sink_table, source_table, split_statement
from flink.shards import Shard

Value = TypeVar("Value")
_FRAME = Types.PRIMITIVE_ARRAY(Types.BYTE())


class Decoding(ScalarFunction):  # type: ignore[misc]
    """Messages to frames: that of a lane stands in the row of its last message, other rows are empty."""

    def __init__(self, options: JobOptions) -> None:
        self._options = options

    def open(self, _context: Any) -> None:
        """Loads the decoder."""
        self._front = Front(self._options.regions, self._options.max_line_bytes)

    def eval(self, topic: Any, partition: Any, offset: Any, stamp: Any, value: Any) -> Any:
        """One column of frames for columns of messages."""
        stamps = pd.to_datetime(stamp, utc=True).dt.tz_localize(None).astype("datetime64[ms]").astype("int64")
        columns = (topic.tolist(), partition.tolist(), offset.tolist(), stamps.tolist(), value.tolist())
        frames: list[bytes | None] = [None] * len(topic)
        for place, frame in self._front.frames(*columns):
            frames[place] = packed(frame)
        return pd.Series(frames, dtype=object)


class Kept(MutableMapping[int, Value]):
    """State of Flink under the key at hand as the mapping that the rest speaks of."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def __getitem__(self, key: int) -> Value:
        value: Value | None = self._state.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: int, value: Value) -> None:
        self._state.put(key, value)

    def __delitem__(self, key: int) -> None:
        self._state.remove(key)

    def items(self) -> Any:
        """Everything at once: asked for one by one, each entry would be a question to Flink."""
        return list(self._state.items())

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._state.keys()))

    def __len__(self) -> int:
        return len(list(self._state.keys()))


class Sharding(KeyedProcessFunction):  # type: ignore[misc]
    """Frames to records, each shard with what it remembers, read from the state at its first frame."""

    def __init__(self, options: JobOptions) -> None:
        self._options = options

    def open(self, context: Any) -> None:
        """Names the state."""
        self._ids = context.get_map_state(
            MapStateDescriptor("ids", Types.LONG(), Types.PRIMITIVE_ARRAY(Types.BYTE()))
        )
        self._homes = context.get_map_state(MapStateDescriptor("homes", Types.LONG(), Types.STRING()))
        self._shards: dict[int, Shard] = {}

    def process_element(self, value: Any, ctx: Any) -> Iterator[Any]:
        """What goes out for one frame."""
        number = ctx.get_current_key()
        shard = self._shards.get(number)
        if shard is None:
            options = self._options
            shard = self._shards[number] = Shard(
                options.regions,
                options.places,
                options.clock_ms,
                options.remember_hours,
                Kept[bytes](self._ids),
                Kept[str](self._homes),
            )
        for records in shard.take(unpacked(value)):
            yield Row(records.topic, records.key, records.text)


def submit(options: JobOptions, cluster: str, jars: list[str], continued_from: str | None) -> Any:
    """Hands the job to the cluster at ``cluster`` (HOST:PORT); gives Flink's client of it.

    ``continued_from``: the checkpoint whose state and offsets it goes on from.
    """
    # Without it functions would run in this process, as Flink takes it for a local run while it begins.
    os.environ["_python_worker_execution_mode"] = "process"  # noqa: SIM112
    environment = StreamExecutionEnvironment.get_execution_environment()
    # Given at its making, a cluster elsewhere would be overruled by a local one.
    environment.configure(_configuration(options, cluster, jars, continued_from))
    tables = StreamTableEnvironment.create(environment)
    tables.get_config().set("table.local-time-zone", "UTC")
    tables.execute_sql(source_table(options))
    tables.execute_sql(sink_table(options))
    decode = udf(Decoding(options), result_type=DataTypes.BYTES(), func_type="pandas")
    tables.create_temporary_function("decoded", decode)
    frames = tables.sql_query(
        "SELECT * FROM (SELECT `partition`, "
        "decoded(`topic`, `partition`, `offset`, `stamp`, `value`) AS frame FROM messages) "
        "WHERE frame IS NOT NULL"
    )
    records = (
        _keyed(tables.to_append_stream(frames, Types.ROW([Types.INT(), _FRAME])))
        .process(
            Sharding(options),
            output_type=Types.ROW_NAMED(
                ["topic", "key", "text"],
                [Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()), Types.STRING()],
            ),
        )
        .name("shards")
        .uid("shards")
    )
    columns = Schema.new_builder().column("topic", "STRING").column("key", "BYTES").column("text", "STRING")
    tables.create_temporary_view(RECORDS, tables.from_data_stream(records, columns.build()))
    return tables.execute_sql(split_statement()).get_job_client()


def _keyed(stream: DataStream) -> Any:
    """Frames, each behind its number, keyed by it.

    What ``key_by`` makes of a function is this and a stage of Python before it, which here would cost a third
    way for every frame between Java and Python.
    """
    gateway = get_gateway()
    by_first = gateway.jvm.org.apache.flink.streaming.api.functions.python.KeyByKeySelector()
    keyed = stream._j_data_stream.keyBy(by_first, Types.ROW([Types.INT()]).get_java_type_info())
    return KeyedStream(keyed, _FRAME, stream)


def _configuration(options: JobOptions, cluster: str, jars: list[str], continued_from: str | None) -> Any:
    host, _, port = cluster.rpartition(":")
    settings = {
        "execution.target": "remote",
        "execution.attached": "false",
        "rest.address": host,
        "rest.port": port,
        "pipeline.name": options.group,
        "pipeline.jars": ";".join(f"file://{jar}" for jar in jars),
        "parallelism.default": str(options.parallelism),
        # Else each piece of a text that is parted would be handed on with a copy of the whole text.
        "pipeline.object-reuse": "true",
        "execution.checkpointing.interval": f"{options.checkpoint_ms} ms",
        "execution.checkpointing.dir": options.checkpoints,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "execution.checkpointing.num-retained": "2",
        # Without an end: quickly after a single failure, ever more slowly after one upon the other.
        "restart-strategy.type": "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff": "200 ms",
        "restart-strategy.exponential-delay.max-backoff": "10 s",
        "restart-strategy.exponential-delay.reset-backoff-threshold": "2 min",
        "python.executable": sys.executable,
        "python.fn-execution.bundle.time": str(options.bundle_ms),
        "python.fn-execution.bundle.size": "10000",
        "python.fn-execution.arrow.batch.size": "10000",
    }
    if options.rocksdb:
        settings["state.backend.type"] = "rocksdb"
        settings["execution.checkpointing.incremental"] = "true"
    if continued_from is not None:
        settings["execution.state-recovery.path"] = continued_from
    configuration = Configuration()
    for name, value in settings.items():
        configuration.set_string(name, value)
    return configuration
