from graph.engine import EngineConfig
from graph.rings.lifecycle import Policy


def test_the_same_numbers_are_the_same_configuration():
    assert (
        EngineConfig(window_days=90).digest == EngineConfig(window_days=90.0).digest == EngineConfig().digest
    )
    assert EngineConfig(policy=Policy(block=1)).digest == EngineConfig(policy=Policy(block=1.0)).digest


def test_another_number_is_another_configuration():
    digests = {
        EngineConfig().digest,
        EngineConfig(window_days=89.5).digest,
        EngineConfig(policy=Policy(review=0.6)).digest,
        EngineConfig(policy=Policy(min_accounts=4)).digest,
    }
    assert len(digests) == 4
