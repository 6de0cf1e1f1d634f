"""What a decision says of a recommendation (design section 5)."""

from __future__ import annotations

from typing import Literal, get_args

Verdict = Literal[
    "indicated", "conflicting", "provisional", "overridden", "undetermined", "done", "not-indicated", "out-of-scope"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""In the order in which a decision lists them, and in which a program's verdict planes stand."""
QUIET: frozenset[str] = frozenset(("not-indicated", "out-of-scope"))
"""Verdicts that a decision leaves out unless asked for all."""
