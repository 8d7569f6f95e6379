"""The same kernels with every write journalled, so that it can be taken back.

A kernel that is given ``journalled(arrays)`` in place of the arrays is compiled once more, from the same
source. It reads and writes the same memory; before each write to an element, a field or a slice it puts the
bytes that it overwrites into the journal (``graph.kernels.journal``). The compiler adds that, so that no
kernel can forget it, and what it cannot journal it refuses to compile. When the journal is full the kernel
raises ``MemoryError``, and everything can still be taken back. Cost: two words and the old bytes for each
write, and a second machine code of every kernel that is used so.
"""

from __future__ import annotations

import operator
from typing import Any, Final, TypeVar, cast

from llvmlite import ir
from numba import extending, from_dtype, types
from numba.core import cgutils, datamodel
from numba.core.errors import TypingError
from numba.np import arrayobj

from graph.kernels.arrays import Arrays, ArraysType, _ArraysModel, _spelt
from graph.kernels.journal import SYMBOL
from graph.kernels.sources import digest_of_sources

_numba: Any = extending
_cg: Any = cgutils
_arrays: Any = arrayobj
_models: Any = datamodel
_kinds: Any = types
"""What numba offers for extensions has no types."""

_WORD: Final = ir.IntType(64)
_BYTES: Final = ir.IntType(8).as_pointer()
_SMALL: Final = (1, 2, 4, 8)
"""Sizes that one instruction moves."""

Kind = TypeVar("Kind", bound=Arrays)


class JournalledRecord(_kinds.Record):  # type: ignore[misc]
    """A record in an array whose writes are journalled."""

    name: str

    def __init__(self, record: types.Record) -> None:
        # The title keeps numba from taking a plain record for one of these, which it does with equal fields.
        fields = [
            (
                name,
                {
                    "type": _journalled(info.type),
                    "offset": info.offset,
                    "alignment": info.alignment,
                    "title": f"journalled {name}",
                },
            )
            for name, info in record.fields.items()
        ]
        super().__init__(fields, record.size, record.aligned)
        self.name = f"Journalled{self.name}"

    def can_convert_to(self, _context: Any, _other: Any) -> None:
        """To nothing: a kernel that takes plain records would write without the journal."""


class _Views:
    """What the views of a journalled array are: journalled too."""

    dtype: Any
    ndim: int
    layout: str
    mutable: bool
    aligned: bool

    def can_convert_to(self, _context: Any, _other: Any) -> None:
        """To nothing: a kernel that takes plain arrays would write without the journal."""

    def copy(
        self,
        dtype: Any = None,
        ndim: int | None = None,
        layout: str | None = None,
        readonly: bool | None = None,
    ) -> JournalledArray:
        """The type of a view of it."""
        return JournalledArray(
            self.dtype if dtype is None else dtype,
            self.ndim if ndim is None else ndim,
            self.layout if layout is None else layout,
            not self.mutable if readonly is None else readonly,
            self.aligned,
        )


class JournalledArray(_Views, _kinds.Array):  # type: ignore[misc]
    """An array whose writes are journalled."""

    def __init__(
        self, dtype: Any, ndim: int, layout: str, readonly: bool = False, aligned: bool = True
    ) -> None:
        name = f"journalled({dtype}, {ndim}d, {layout}, {readonly}, {aligned})"
        super().__init__(_journalled(dtype), ndim, layout, readonly, name, aligned)


class JournalledNestedArray(_Views, _kinds.NestedArray):  # type: ignore[misc]
    """An array in a record whose writes are journalled."""

    name: str

    def __init__(self, dtype: Any, shape: tuple[int, ...]) -> None:
        super().__init__(dtype, shape)
        self.name = f"journalled{self.name}"


def _journalled(kind: Any) -> Any:
    if isinstance(kind, types.Record) and not isinstance(kind, JournalledRecord):
        return JournalledRecord(kind)
    if isinstance(kind, types.NestedArray) and not isinstance(kind, JournalledNestedArray):
        return JournalledNestedArray(_journalled(kind.dtype), kind.shape)
    return kind


class JournalledArraysType(ArraysType):
    """The type of ``Arrays`` all of whose writes are journalled."""

    def __init__(self, kind: type[Arrays]) -> None:
        super().__init__(kind)
        # The machine code of kernels that know nothing of this file depends on it too.
        self.name = f"Journalled({digest_of_sources(__name__)}){self.name}"

    def field(self, name: str) -> Any:
        """The type of one of the arrays; None when there is none of that name."""
        field = self.kind.fields.get(name)
        if field is None:
            return None
        if isinstance(field, type):
            return _type_of(field)
        dtype, dimensions = _spelt(field)
        return JournalledArray(from_dtype(dtype), dimensions, "C")


_types: Final[dict[type[Arrays], JournalledArraysType]] = {}


def _type_of(kind: type[Arrays]) -> JournalledArraysType:
    known = _types.get(kind)
    if known is None:
        known = _types[kind] = JournalledArraysType(kind)
    return known


_numba.register_model(JournalledArraysType)(_ArraysModel)
_numba.register_model(JournalledArray)(_models.models.ArrayModel)
_numba.register_model(JournalledRecord)(_models.models.RecordModel)
_numba.register_model(JournalledNestedArray)(_models.models.NestedArrayModel)


class _Journalled:
    """Arrays as a kernel that journals takes them; those of other classes among them too."""

    before: _Journalled

    def __init__(self, arrays: Arrays) -> None:
        self.__dict__.update(arrays.__dict__)
        for name, field in arrays.fields.items():
            if isinstance(field, type):
                self.__dict__[name] = _Journalled(self.__dict__[name])
        self.kind = type(arrays)
        self.arrays = arrays

    def replaced(self, **arrays: Any) -> _Journalled:
        """As ``Arrays.replaced``; the arrays before are kept, since the journal speaks of them."""
        after = _Journalled(self.arrays.replaced(**arrays))
        after.before = self
        return after


def journalled(arrays: Kind) -> Kind:
    """The same arrays for kernels that journal what they write; in plain Python nothing is journalled."""
    return cast(Kind, _Journalled(arrays))


@_numba.typeof_impl.register(_Journalled)  # type: ignore[untyped-decorator]
def _typeof(value: Any, _context: Any) -> JournalledArraysType:
    return _type_of(value.kind)


def _log(builder: Any, size: int | None) -> Any:
    """The function of the module that journals ``size`` bytes at an address; any number when None.

    It takes the address and the number of bytes, and returns whether there was no room.
    """
    name = f"{SYMBOL}_log_{'any' if size is None else size}"
    module = builder.module
    if name in module.globals:
        return module.globals[name]
    log = ir.Function(module, ir.FunctionType(ir.IntType(1), [_BYTES, _WORD]), name)
    log.linkage = "linkonce_odr"
    log.attributes.add("noinline")
    address, given = log.args
    begin, full, fits = (log.append_basic_block(each) for each in ("begin", "full", "fits"))
    inside = ir.IRBuilder(begin)
    header = _header_of(module)
    number = given if size is None else _WORD(size)
    top = inside.load(header)
    payload = inside.and_(inside.add(number, _WORD(7)), _WORD(-8))
    behind = inside.add(inside.add(top, payload), _WORD(16))
    end = inside.load(inside.gep(header, [_WORD(1)]))
    inside.cbranch(inside.icmp_unsigned(">", behind, end), full, fits)
    inside.position_at_end(full)
    inside.ret(ir.IntType(1)(1))
    inside.position_at_end(fits)
    if size in _SMALL:
        piece = ir.IntType(8 * size).as_pointer()
        old = inside.load(inside.bitcast(address, piece), align=1)
        inside.store(old, inside.inttoptr(top, piece))
    else:
        _cg.raw_memcpy(inside, inside.inttoptr(top, _BYTES), address, number, 1)
    where = inside.inttoptr(inside.add(top, payload), _WORD.as_pointer())
    inside.store(inside.ptrtoint(address, _WORD), where)
    inside.store(number, inside.gep(where, [_WORD(1)]))
    inside.store(behind, header)
    inside.ret(ir.IntType(1)(0))
    return log


def _header_of(module: Any) -> Any:
    if SYMBOL in module.globals:
        return module.globals[SYMBOL]
    header = ir.GlobalVariable(module, _WORD, SYMBOL)
    header.linkage = "external"
    return header


def _journal(context: Any, builder: Any, pointer: Any, size: Any) -> None:
    """Journal ``size`` bytes, a number now or at run time, before they are written; raise when it is full."""
    known = size if isinstance(size, int) and size in _SMALL else None
    address = builder.bitcast(pointer, _BYTES)
    number = _WORD(size) if isinstance(size, int) else size
    full = builder.call(_log(builder, known), [address, number])
    with builder.if_then(full, likely=False):
        context.call_conv.return_user_exc(builder, MemoryError, ("the journal is full",))


@_numba.lower_setattr_generic(JournalledRecord)  # type: ignore[untyped-decorator]
def _set_field(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> Any:
    record = signature.args[0]
    kind = record.typeof(name)
    size = kind.nitems * kind.size if isinstance(kind, types.NestedArray) else _size_of(context, kind)
    at = builder.gep(builder.bitcast(arguments[0], _BYTES), [_WORD(record.offset(name))])
    _journal(context, builder, at, size)
    return _arrays.record_setattr(context, builder, signature, arguments, name)


@_numba.lower_builtin(operator.setitem, JournalledArray, types.Any, types.Any)  # type: ignore[untyped-decorator]
@_numba.lower_builtin(operator.setitem, JournalledNestedArray, types.Any, types.Any)  # type: ignore[untyped-decorator]
def _set_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index_kind, _ = signature.args
    index_kinds: Any = (index_kind,)
    indices: Any = (arguments[1],)
    if isinstance(index_kind, _kinds.BaseTuple):
        index_kinds = index_kind.types
        indices = _cg.unpack_tuple(builder, arguments[1], count=len(index_kind))
    array = _arrays.make_array(kind)(context, builder, arguments[0])
    index_kinds, indices = _arrays.normalize_indices(context, builder, index_kinds, indices)
    pointer, shape, _ = _arrays.basic_indexing(
        context, builder, kind, array, index_kinds, indices, boundscheck=False
    )
    size: Any = _size_of(context, kind.dtype)
    if shape:
        # A slice with a step has gaps.
        has_gaps = isinstance(index_kinds[0], types.SliceType) and index_kinds[0].has_step
        if has_gaps or kind.layout != "C" or len(shape) != 1 or kind.ndim != 1:
            raise TypingError(f"expected an element or a slice without gaps to journal, found {signature}")
        size = builder.mul(shape[0], _WORD(size))
    _journal(context, builder, pointer, size)
    return _arrays.setitem_array(context, builder, signature, arguments)


def _size_of(context: Any, kind: Any) -> int:
    if isinstance(kind, types.Record):
        return int(kind.size)
    return int(context.get_abi_sizeof(context.get_data_type(kind)))
