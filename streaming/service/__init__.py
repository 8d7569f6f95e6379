"""The service: events from a stream of partitions in, flags out, and whatever happens to it survived.

Nothing here knows Kafka: the parts stand on the ports in ``streaming.service.ports``, which
``streaming.kafka`` fills with the real thing and tests with fakes.
"""
