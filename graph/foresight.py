"""Asking the memory for what will be needed soon, so that a kernel waits for many lines at once.

A lookup in a large store waits for one cache line after the other: slot, record, entities. A caller that
knows its next events names them some events ahead: first ``foresee``, and some events later ``foresee_link``.
Nothing depends on it but time. Source: the prefetch instruction, through LLVM's ``llvm.prefetch``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from graph.kernel import inlined, wide
from graph.link_index import mixed
from graph.link_records import LINK_BITS, SLOT_MASK, LinkState


def _fetch(_context: Any, array: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        records = context.make_array(signature.args[0])(context, builder, arguments[0])
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array.dtype)))
        raw = builder.bitcast(records.data, cgutils.voidptr_t)
        at = builder.gep(raw, [builder.mul(arguments[1], size)])
        number = ir.IntType(32)
        signature_ = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], signature_)
        builder.call(prefetch, [at, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), code


_intrinsic: Any = intrinsic(_fetch)
fetch: Callable[[Any, int], None] = _intrinsic
"""Bring the cache line of ``array[index]`` near. Any index inside the array."""


@inlined
def foresee(s: LinkState, kind: int, source: int, target: int) -> None:
    """A touch of this key is to come: bring near its slot of the index and its two entities."""
    fetch(s.slots, mixed(kind, source, target) & s.scalars[SLOT_MASK])
    fetch(s.entities, source)
    fetch(s.entities, target)


@inlined
def foresee_link(s: LinkState, kind: int, source: int, target: int) -> None:
    """A touch of this key is to come, and its slot is near: bring near the record that it likely leads to."""
    value = wide(s.slots[mixed(kind, source, target) & s.scalars[SLOT_MASK]])
    if value != 0:
        link = (value & ((1 << s.scalars[LINK_BITS]) - 1)) - 1
        fetch(s.links, link)
