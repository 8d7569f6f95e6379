"""Many arrays handed to kernels as one pointer.

numba passes a named tuple of arrays by value: seven words for each array at every call, and minutes of
compiling for a state of forty. An ``Arrays`` class instead names its arrays in a schema; kernels get the
address of a table that says where each array lies, and ``state.name`` in a kernel reads from there. In plain
Python the same attribute gives the numpy array, so that a kernel's ``py_func`` runs on the same object.

Arrays are C-contiguous, of one or two dimensions; an ``Arrays`` may hold others. An object does not change:
when an array is replaced, make a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import extending, from_dtype, types
from numba.core import cgutils
from numba.core.typing import templates
from numba.np import arrayobj

_numba: Any = extending
_cg: Any = cgutils
_arrays: Any = arrayobj
_AttributeTemplate: Any = templates.AttributeTemplate
"""What numba offers for extensions has no types."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_WORDS: Final = 3
"""Words of the table for one array: address, rows, columns."""

Field = np.dtype[Any] | tuple[np.dtype[Any], int] | type["Arrays"]
"""The dtype of an array of one dimension, or dtype and dimensions, or another class of arrays."""


class Arrays:
    """Arrays by name; a subclass gives ``fields``. Raises TypeError when one does not fit its field."""

    fields: ClassVar[dict[str, Field]] = {}

    def __init__(self, **arrays: Any) -> None:
        if arrays.keys() != self.fields.keys():
            odd = sorted(arrays.keys() ^ self.fields.keys())
            raise TypeError(f"expected the arrays of {type(self).__name__}, found a difference in {odd}")
        self._hold(np.zeros(_WORDS * len(self.fields), np.int64), arrays)

    @property
    def nbytes(self) -> int:
        """What the arrays occupy, those of other classes among them included."""
        return sum(getattr(self, name).nbytes for name in self.fields)

    def replaced(self, **arrays: Any) -> Self:
        """The same with other arrays under some of the names, which alone are looked at."""
        changed = type(self).__new__(type(self))
        changed.__dict__.update(self.__dict__)
        changed._hold(self.table.copy(), arrays)
        return changed

    def _hold(self, table: Any, arrays: dict[str, Any]) -> None:
        for place, (name, field) in enumerate(self.fields.items()):
            if name not in arrays:
                continue
            array = arrays[name]
            if isinstance(field, type):
                table[_WORDS * place] = array.address
            else:
                _check(name, array, *_spelt(field))
                table[_WORDS * place] = array.ctypes.data
                table[_WORDS * place + 1 : _WORDS * place + 1 + array.ndim] = array.shape
        self.__dict__.update(arrays)
        self.table = table
        self.address = table.ctypes.data


def layout_of(kind: type[Arrays]) -> str:
    """A digest of which arrays there are and how their records are laid out, at any depth."""
    described = blake2b(digest_size=8)
    for name, field in kind.fields.items():
        if isinstance(field, type):
            described.update(f"{name} {layout_of(field)};".encode())
        else:
            dtype, dimensions = _spelt(field)
            described.update(f"{name} {_described(dtype)} {dimensions};".encode())
    return described.hexdigest()


def _described(dtype: np.dtype[Any]) -> str:
    fields: Mapping[str, Any] = dtype.fields or {}
    inner = ",".join(f"{name}:{at[0].str}{at[0].shape}@{at[1]}" for name, at in sorted(fields.items()))
    return f"{dtype.str}{{{inner}}}"


def _spelt(field: Any) -> tuple[np.dtype[Any], int]:
    dtype, dimensions = field if isinstance(field, tuple) else (field, 1)
    return np.dtype(dtype), dimensions


def _check(name: str, array: Any, dtype: np.dtype[Any], dimensions: int) -> None:
    if array.dtype != dtype or array.ndim != dimensions or not array.flags.c_contiguous:
        raise TypeError(
            f"expected {name} as {dimensions} contiguous dimensions of {dtype}, "
            f"found {array.ndim} of {array.dtype}"
        )


class ArraysType(types.Type):
    """The type that kernels see; one for each class of arrays."""

    def __init__(self, kind: type[Arrays]) -> None:
        super().__init__(name=f"Arrays({kind.__module__}.{kind.__qualname__})")
        self.kind = kind

    def place(self, name: str) -> int:
        """The word of the table where an array's entry begins."""
        return _WORDS * list(self.kind.fields).index(name)

    def field(self, name: str) -> Any:
        """The type of one of the arrays; None when there is none of that name."""
        field = self.kind.fields.get(name)
        if field is None:
            return None
        if isinstance(field, type):
            return type_of(field)
        dtype, dimensions = _spelt(field)
        return types.Array(from_dtype(dtype), dimensions, "C")


_types: Final[dict[type[Arrays], ArraysType]] = {}


def type_of(kind: type[Arrays]) -> ArraysType:
    """One type for each class: numba finds a compiled kernel at once when it meets the same object again."""
    known = _types.get(kind)
    if known is None:
        known = _types[kind] = ArraysType(kind)
    return known


def known_type(value: object) -> ArraysType | None:
    """The type of arrays whose class kernels took before, without asking numba, which takes microseconds."""
    return _types.get(type(value))  # type: ignore[arg-type]


@_numba.typeof_impl.register(Arrays)  # type: ignore[untyped-decorator]
def _typeof(value: Arrays, _context: Any) -> ArraysType:
    return type_of(type(value))


@_numba.register_model(ArraysType)
class _ArraysModel(_numba.models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: ArraysType) -> None:
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


@_numba.unbox(ArraysType)  # type: ignore[untyped-decorator]
def _unbox(_kind: ArraysType, value: Any, c: Any) -> _numba.NativeValue:
    address = c.pyapi.object_getattr_string(value, "address")
    number = c.pyapi.long_as_longlong(address)
    c.pyapi.decref(address)
    pointer = c.builder.inttoptr(number, ir.IntType(64).as_pointer())
    return _numba.NativeValue(pointer, is_error=_cg.is_not_null(c.builder, c.pyapi.err_occurred()))


@_numba.infer_getattr
class _ArraysAttributes(_AttributeTemplate):  # type: ignore[misc]
    key = ArraysType

    def generic_resolve(self, kind: ArraysType, name: str) -> Any:
        """The type of ``state.name``."""
        return kind.field(name)


@_numba.lower_getattr_generic(ArraysType)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, kind: ArraysType, table: Any, name: str) -> Any:
    """The array that the table describes; it owns nothing, so nothing is counted."""
    field = kind.field(name)
    word = ir.IntType(64)

    def entry(offset: int) -> Any:
        return builder.load(builder.gep(table, [word(kind.place(name) + offset)]))

    if isinstance(field, ArraysType):
        return builder.inttoptr(entry(0), word.as_pointer())
    array = _arrays.make_array(field)(context, builder)
    item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(field.dtype)))
    shape = [entry(1 + place) for place in range(field.ndim)]
    strides = [item] if field.ndim == 1 else [builder.mul(shape[1], item), item]
    data = builder.inttoptr(entry(0), context.get_data_type(field.dtype).as_pointer())
    _arrays.populate_array(array, data=data, shape=shape, strides=strides, itemsize=item, meminfo=None)
    return array._getvalue()
