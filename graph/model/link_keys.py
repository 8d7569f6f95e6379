"""Codes of the link kinds, and the integers in which links sum money."""

from __future__ import annotations

from typing import Final

from graph.model.vocabulary import LinkKind

LINK_KINDS: Final = tuple(LinkKind)
LINK_CODE: Final = {kind: code for code, kind in enumerate(LINK_KINDS)}
USES_DEVICE: Final = LINK_CODE[LinkKind.USES_DEVICE]
USES_CARD: Final = LINK_CODE[LinkKind.USES_CARD]
USES_BANK_ACCOUNT: Final = LINK_CODE[LinkKind.USES_BANK_ACCOUNT]
USES_IP: Final = LINK_CODE[LinkKind.USES_IP]
"""What kernels ask a link for. What kind its identifier is it says itself: that spares them a look there."""
MONEY_SCALE: Final = 10_000
"""Money is summed as integers in 1/10,000 of the main unit, so that sums do not depend on order."""
ENTITY_BITS: Final = 29
"""Bits of an entity's number in the key of a link: kind, source and target side by side."""
