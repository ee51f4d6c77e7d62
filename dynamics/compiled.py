"""How this package compiles its kernels: one set of options for all of them."""

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile `function` with numba.

    It releases the interpreter lock, so that threads run in parallel; it is cached on disk, so that only
    the first start ever compiles; it divides as numpy does, so that 0/0 is nan and not an exception.
    Fast-math stays off: the kernels give bit for bit what the same Python gives.
    """
    kernel: Function = njit(nogil=True, cache=True, error_model="numpy")(function)
    return kernel
