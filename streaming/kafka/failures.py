"""From what librdkafka says to the reaction it asks for."""

from __future__ import annotations

from typing import Final

from confluent_kafka import KafkaError, KafkaException

from graph.model.errors import Fatal, RingfenceError, Unavailable

RETRY_AFTER_S: Final = 0.5
FENCED: Final = (
    KafkaError.FENCED_INSTANCE_ID,
    KafkaError._FENCED,
    KafkaError.PRODUCER_FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
)
_REFUSED: Final = (
    KafkaError._AUTHENTICATION,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.MSG_SIZE_TOO_LARGE,
)


def failure(error: KafkaError, doing: str) -> RingfenceError:
    """The error to raise: ``Fatal`` when fenced or refused, ``Unavailable`` otherwise."""
    code = error.code()
    # A consumer's fatal error comes under a code of its own, with the reason in words only.
    is_fatal = error.fatal() or code == KafkaError._FATAL
    if code in FENCED or (is_fatal and "fenced" in error.str()):
        return Fatal(
            f"expected to be the only one with this identity, found another while {doing}: it goes on, "
            "this one ends"
        )
    if code in _REFUSED:
        return Fatal(f"expected to be allowed {doing}, found: {error.str()}: mend the rights or the options")
    if is_fatal:
        return Fatal(f"expected Kafka to answer while {doing}, found: {error.str()}: start again")
    return Unavailable(
        f"expected Kafka to answer while {doing}, found: {error.str()}: see that the broker runs",
        RETRY_AFTER_S,
    )


def raised(error: KafkaException, doing: str) -> RingfenceError:
    """The same for an exception."""
    return failure(error.args[0], doing)
