"""The SAT solver: the only place that imports it."""

from __future__ import annotations

from pysat.card import ITotalizer
from pysat.solvers import Solver

__all__ = ["ITotalizer", "Solver"]
