"""Dynamic connectivity over the links that join: edges come and go, components are exact after each.

Knows the link store's records; does not decide which links join.
"""
