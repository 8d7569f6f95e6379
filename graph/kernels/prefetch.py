"""The processor's prefetch instruction, for kernels that know what memory they will need soon.

Nothing depends on it but time. Source: LLVM's ``llvm.prefetch``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


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
