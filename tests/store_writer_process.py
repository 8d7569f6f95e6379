"""Writes a stream of changes into a store from where the store stands, to be killed at any time.

Called with: address, seed, batches, links changed in a batch. Prints the number of each batch before it is
written, and ``done`` at the end.
"""

from __future__ import annotations

import sys

from graph.stores.opening import StoreAddress, open_writer
from tests.store_streams import stream


def main() -> None:
    place, *numbers = sys.argv[1:]
    seed, batches, changed = map(int, numbers)
    writer = open_writer(StoreAddress(place))
    reached = writer.offsets().get("stream", 0)
    for number, (_, changes) in enumerate(stream(seed, batches, changed), 1):
        # A restart repeats the batch before: at least once is what a source promises.
        if number >= reached:
            print(number, flush=True)
            writer.write(changes, {"stream": number})
    writer.close()
    print("done", flush=True)


if __name__ == "__main__":
    main()
