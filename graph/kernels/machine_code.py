"""The machine code of a kernel for arguments of known types, called without a look at them.

A kernel that is called from Python first finds out the types of its arguments: a microsecond or more for each
that holds many arrays, which is as long as a small kernel takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from numba.core.typing import typeof as typing

Function = TypeVar("Function", bound=Callable[..., object])
_typing: Final[Any] = typing
"""What numba offers here has no types."""


def machine_code(kernel: Function, *arguments: object) -> Function:
    """The kernel for arguments of the same types as these, compiled if it was not yet.

    It does not ask what it is given: other types are wrong memory. So it is for who makes the arguments.
    """
    compiled: Any = kernel
    purpose = _typing.Purpose.argument
    return cast(Function, compiled.compile(tuple(_typing.typeof(each, purpose) for each in arguments)))
