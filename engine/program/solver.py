"""The SAT solver, which comes with the `authoring` extra: the only place that imports it."""

from __future__ import annotations

from spinegraph.engine.errors import CheckNotRunError

try:
    from pysat.card import ITotalizer
    from pysat.solvers import Solver
except ImportError as error:
    raise CheckNotRunError(
        "python-sat is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'."
    ) from error

__all__ = ["ITotalizer", "Solver"]
