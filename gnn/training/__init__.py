"""The network and its fitting: modules, parts that share nothing, the loop, whole worlds as lessons."""
