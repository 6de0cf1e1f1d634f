"""Why there is no answer to a question."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal[
    "full", "waited", "slow-full", "slow-taken", "time", "processor", "memory", "stack", "ended", "unstarted", "closed", "fault"
]


class Trouble(NamedTuple):
    """Why there is no answer. `full`: no place in the queue; `waited`: no turn in time; `slow-full`: it takes long, and the
    slow lane has no place; `slow-taken`: it takes long, and another of the same client has its place there; `time`,
    `processor`, `memory`, `stack`: stopped at that limit; `ended`: killed by others; `unstarted`: no worker came up;
    `closed`: the pool ends; `fault`: anything else, which `detail` says. `seconds`: when to ask again, where others are in
    the way."""

    kind: Kind
    detail: str = ""
    seconds: int = 0
