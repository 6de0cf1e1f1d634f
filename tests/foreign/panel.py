"""The panel: validators of FHIR R4 that are not ours, each as a function from resources to what it complains of.

A validator runs once over all resources, in a process of its own where it needs Node.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Complaints = tuple[str, ...]
"""What one validator says of one resource: place and fault, in its own words."""
HERE = Path(__file__).parent


def _of_fhirkit(resources: Sequence[Json]) -> list[Complaints]:
    import fhirkit  # only `make foreign` installs it

    return [_errors(fhirkit.validate(json.dumps(one))) for one in resources]


def _errors(issues: Sequence[Any]) -> Complaints:
    return tuple(f"{one.path}: {one.message}" for one in issues if one.severity == "error")


def _of_node(package: str, resources: Sequence[Json]) -> list[Complaints]:
    lines = "".join(f"{json.dumps(one)}\n" for one in resources)
    command = ["node", str(HERE / "fhir.mjs"), package]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, cwd=HERE)
    answers = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(resources):
        raise RuntimeError(f"{package} answered {len(answers)} of {len(resources)}: {done.stderr[-1000:]}")
    return answers


PANEL: Mapping[str, Callable[[Sequence[Json]], list[Complaints]]] = {
    "fhirkit-rs": _of_fhirkit,
    "fhir (npm)": partial(_of_node, "fhir"),
    "@medplum/core": partial(_of_node, "@medplum/core"),
}
"""Name of a validator → what it says of resources, in their order."""


def with_inner(resource: Json, name: str = "") -> Iterator[tuple[str, Json]]:
    """A resource and those inside it, each with its place: a validator may not look into a Bundle."""
    here = name or "/".join(filter(None, (resource["resourceType"], resource.get("id"))))
    yield here, resource
    walk: list[tuple[str, Any]] = [(here, value) for value in resource.values()]
    while walk:
        place, one = walk.pop()
        if isinstance(one, list):
            walk += [(place, item) for item in one]
        elif isinstance(one, dict) and "resourceType" in one:
            yield from with_inner(one, f"{place} > {one['resourceType']}/{one.get('id', '')}")
        elif isinstance(one, dict):
            walk += [(place, value) for value in one.values()]
