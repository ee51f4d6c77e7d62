"""How the engine's functions are compiled: one place, so that all of them agree."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

# Contraction, ignoring the sign of zero and reciprocals are harmless here and speed the lanes up. "reassoc"
# must stay out: it folds (x + M) − M, by which `kernel._density` rounds to a whole number, to x.
_FAST_MATH = {"contract", "nsz", "arcp"}


def compiled(function: F) -> F:
    """Compile a function on its first call: without the interpreter lock, kept on disk afterwards.

    Numba notices changes of the file a function stands in, not of files it calls into. Functions that
    call one another therefore share a file.
    """
    return cast(F, njit(fastmath=_FAST_MATH, error_model="numpy", nogil=True, cache=True)(function))


def inlined(function: F) -> F:
    """Compile a small function into its callers, so that a loop over lanes around it vectorises."""
    return cast(F, njit(fastmath=_FAST_MATH, error_model="numpy", inline="always")(function))
