import gc
import weakref

from tests.unit.graph.fakes import new_engine


def test_an_engine_that_nobody_holds_goes_at_once_with_its_arrays():
    gc.disable()
    try:
        engine = new_engine()
        memory = weakref.ref(engine._memory)
        del engine
        assert memory() is None
    finally:
        gc.enable()
