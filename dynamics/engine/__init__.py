"""The fast basin engine: labels of brute force, hundreds of times sooner. docs/engine.md explains it."""

from dynamics.engine.solver import Results, solve, solve_grid

# Part of the key of every stored result: it changes whenever any label can.
ENGINE_VERSION = 4

__all__ = ["ENGINE_VERSION", "Results", "solve", "solve_grid"]
