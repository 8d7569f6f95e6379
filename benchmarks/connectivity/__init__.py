"""Other ways to keep components while edges come, are used, expire and are cut, in the numba style of ours.

All take the same operations on the same link records. What each gives for it differs and is said beside it:
ours, ``listed``, ``maximal`` and ``rebuild`` keep a label and a list of members for every component at every
operation; ``d_tree`` answers "same component?" by climbing to a root; ``two_buffers`` only does what its
updates need.
"""
