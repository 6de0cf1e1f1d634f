"""Bodies of CDS Hooks that are right, and faults planted in them, for the models of `healthchain`."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".venv" / "healthchain" / "bin" / "python"
"""Made by `make foreign`."""
Json = dict[str, Any]


class Body(NamedTuple):
    """A body: whether it is a request, a response or the discovery, and what it says."""

    what: str
    body: Json


def complaints(bodies: Sequence[Body]) -> list[tuple[str, ...]]:
    """What the models say of each, in their order."""
    lines = "".join(f"{json.dumps(one)}\n" for one in bodies)
    command = [str(PYTHON), "-W", "ignore", str(HERE / "hook_models.py")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, cwd=HERE)
    answers = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(bodies):
        raise RuntimeError(f"healthchain answered {len(answers)} of {len(bodies)}: {done.stderr[-1000:]}")
    return answers


GOOD: Mapping[str, Body] = {
    "discovery": Body(
        "discovery",
        {
            "services": [
                {
                    "hook": "patient-view",
                    "id": "back-pain",
                    "title": "Back pain",
                    "description": "What the guideline says of this patient.",
                    "prefetch": {"patient": "Patient/{{context.patientId}}"},
                }
            ]
        },
    ),
    "patient-view": Body(
        "request",
        {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/who", "patientId": "anna"},
            "prefetch": {"patient": {"resourceType": "Patient", "id": "anna"}},
        },
    ),
    "order-select": Body(
        "request",
        {
            "hook": "order-select",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {
                "userId": "Practitioner/who",
                "patientId": "anna",
                "selections": ["ServiceRequest/mri"],
                "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": []},
            },
        },
    ),
    "cards": Body(
        "response",
        {
            "cards": [
                {
                    "uuid": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
                    "summary": "An MRI is urgent",
                    "detail": "Why.",
                    "indicator": "critical",
                    "source": {"label": "The guideline", "url": "https://example.org/rules"},
                    "suggestions": [
                        {
                            "label": "Lumbar MRI",
                            "uuid": "e1187895-ad57-4ff7-a1f1-ccf954b2fe46",
                            "actions": [
                                {"type": "create", "description": "Order it", "resource": {"resourceType": "ServiceRequest"}}
                            ],
                        }
                    ],
                    "selectionBehavior": "at-most-one",
                    "overrideReasons": [{"code": "done", "system": "https://example.org/reasons", "display": "It was done"}],
                    "links": [{"label": "Proof", "url": "https://example.org/proof", "type": "absolute"}],
                    "extension": {"org.example.proof": {}},
                }
            ]
        },
    ),
}
"""Name → a body in which nothing is wrong."""
GONE = object()
"""Stands for a member that is taken away."""

FAULTS: tuple[tuple[str, tuple[str | int, ...], Any], ...] = (
    ("discovery", ("services", 0, "description"), GONE),
    ("discovery", ("services", 0, "hooks"), "patient-view"),
    ("patient-view", ("hook",), "patient-seen"),
    ("patient-view", ("context", "userId"), "who"),
    ("patient-view", ("context", "patient"), "anna"),
    ("order-select", ("context", "selections"), GONE),
    ("order-select", ("context", "selections"), ["mri"]),
    ("cards", ("cards", 0, "summary"), "An MRI is urgent. " * 9),
    ("cards", ("cards", 0, "indicator"), "hard-stop"),
    ("cards", ("cards", 0, "source"), GONE),
    ("cards", ("cards", 0, "source", "url"), "rules.html"),
    ("cards", ("cards", 0, "selectionBehavior"), GONE),
    ("cards", ("cards", 0, "suggestions", 0, "actions", 0, "type"), "CREATE"),
    ("cards", ("cards", 0, "suggestions", 0, "actions", 0, "resource"), GONE),
    ("cards", ("cards", 0, "links", 0, "type"), "relative"),
    ("cards", ("cards", 0, "links", 0, "appContext"), "proof"),
    ("cards", ("cards", 0, "headline"), "Urgent"),
)  # fmt: skip
"""The name of a good body, one place of it, and what stands there instead."""


def planted(name: str, path: tuple[str | int, ...], instead: Any) -> Body:
    """A good body with one fault in it."""
    good = GOOD[name]
    body: Json = copy.deepcopy(good.body)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    if instead is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = instead
    return good._replace(body=body)
