"""Messages to frames: decoded and validated by the decoder of the service, many at once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from flink.frames import Frame
from flink.regions import Regions, Saying, accounts_of
from graph.kernels.raw import copied
from streaming.contract.dead_letters import dead_letter
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sources.lines import KEPT_BYTES
from streaming.service.ports import Partition

Int64s = npt.NDArray[np.int64]


class Front:
    """Decodes messages; keeps nothing between calls."""

    def __init__(self, regions: Regions, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self._decoder = ColumnDecoder(max_line_bytes)
        self._saying = Saying(regions)
        self._encode = msgspec.json.Encoder(order="deterministic").encode

    def frames(
        self,
        topics: Sequence[str],
        partitions: Sequence[int],
        offsets: Sequence[int],
        stamps: Sequence[int],
        values: Sequence[bytes | None],
    ) -> list[tuple[int, Frame]]:
        """For every lane among the messages its frame, with the place of its last message."""
        contents = [value or b"" for value in values]
        decoded = self._decoder.decode_values(contents)
        refused = dict(decoded.refused)
        lanes: dict[tuple[str, int], list[int]] = {}
        for place, lane in enumerate(zip(topics, partitions, strict=True)):
            lanes.setdefault(lane, []).append(place)
        row_of = np.full(len(contents), -1, np.int64)
        row_of[decoded.places] = np.arange(len(decoded.places))
        said = self._saying.codes(decoded.batch, [contents[place] for place in decoded.places.tolist()])
        accounts = accounts_of(decoded.batch)
        ids = np.ascontiguousarray(copied(decoded.batch.records)["id_hash"])
        times = np.ascontiguousarray(decoded.batch.records["ts"])
        frames = []
        for (topic, partition), places in lanes.items():
            rows = row_of[places]
            is_event = rows >= 0
            rows = rows[is_event]
            letters = [
                self._encode(
                    dead_letter(
                        str(Partition(topic, partition)),
                        int(offsets[place]),
                        contents[place][:KEPT_BYTES],
                        len(contents[place]),
                        refused[place],
                    )
                )
                for place in np.array(places)[~is_event].tolist()
            ]
            frame = Frame(
                topic=topic,
                partition=partition,
                stamp_ms=max(int(stamps[place]) for place in places),
                values=[contents[place] for place in np.array(places)[is_event].tolist()],
                ids=ids[rows].tobytes(),
                times=times[rows].tobytes(),
                said=said[rows].tobytes(),
                accounts=accounts[rows].tobytes(),
                letters=letters,
            )
            frames.append((places[-1], frame))
        return frames
