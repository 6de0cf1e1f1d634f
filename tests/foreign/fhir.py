"""Every resource and every body of CDS Hooks that we write, before validators of others; and what those can see.

First the planted faults: the panel together has to catch `SHARE` of them, and nothing in resources that are right. Then what
`producers` list. `make foreign`, or `python -m tests.foreign.fhir --over PACKAGE`. It ends with 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.exchange.fhir.written import EXTENSIONS, HL7
from tests.foreign import faults, hooks
from tests.foreign.panel import HERE, PANEL, Complaints, Json, with_inner
from tests.foreign.producers import BODIES, RESOURCES

SHARE = 0.75
"""Of the planted faults at least so many have to be caught."""
SHOWN = 5
"""So many complaints of one kind are printed."""


class FalseAlarm(NamedTuple):
    """A complaint of one validator about what is right: what it says of which place, what stands there, and why it is wrong."""

    validator: str
    says: re.Pattern[str]
    of: Callable[[Any], bool]
    why: str


FALSE_ALARMS: tuple[FalseAlarm, ...] = (
    FalseAlarm(
        "fhir (npm)",
        re.compile(r"Questionnaire\.(?P<place>.*enableWhen\[\d+\])\.answer\[x\]: Missing property"),
        lambda condition: condition.get("answerBoolean") is False,
        "it takes the answer false for one that is not there",
    ),
)
"""Those that are known. Each is as narrow as can be."""


def complaints(resources: Sequence[tuple[str, Json]]) -> Iterator[tuple[str, str, Complaints]]:
    """Validator, resource and what it says of it, for each resource that one of them does not take."""
    for validator, ask in PANEL.items():
        for (name, resource), found in zip(resources, ask([one for _, one in resources]), strict=True):
            if left := tuple(text for text in found if not is_false(validator, text, resource)):
                yield validator, name, left


def is_false(validator: str, text: str, resource: Json) -> bool:
    """Whether a complaint about a resource is one of the known false alarms."""
    for alarm in FALSE_ALARMS:
        told = alarm.says.fullmatch(text) if alarm.validator == validator else None
        if told and alarm.of(_at(resource, told["place"])):
            return True
    return False


def _at(resource: Json, place: str) -> Any:
    """What stands at a place such as `item[0].enableWhen[1]`."""
    found: Any = resource
    for name, number in re.findall(r"(\w+)(?:\[(\d+)\])?", place):
        found = found[name][int(number)] if number else found[name]
    return found


def planted() -> Iterator[str]:
    """Prints what the panel sees of the planted faults; yields what is wrong with it."""
    resources = [fault.planted() for fault in faults.FAULTS]
    seen = {validator: [bool(found) for found in ask(resources)] for validator, ask in PANEL.items()}
    together = [any(one) for one in zip(*seen.values(), strict=True)]
    for validator, each in {**seen, "together": together}.items():
        caught = Counter(fault.kind for fault, one in zip(faults.FAULTS, each, strict=True) if one)
        kinds = ", ".join(f"{kind} {caught[kind]}" for kind in dict.fromkeys(fault.kind for fault in faults.FAULTS))
        print(f"{validator}: {sum(each)} of {len(each)} planted faults ({kinds})")
    for fault, one in zip(faults.FAULTS, together, strict=True):
        if not one:
            print(f"  nobody sees {fault.name}")
    if sum(together) < SHARE * len(together):
        yield f"the panel sees {sum(together)} of {len(together)} planted faults"
    yield from (f"a false alarm: {alarm}" for alarm in complaints([*faults.GOOD.items()]))


def resources_written(engine: Engine, package: str) -> Iterator[str]:
    """Prints how many resources of each producer are right; yields what is said of the others."""
    for producer, make in RESOURCES.items():
        written = [pair for one in make(engine) for pair in with_inner(one)]
        wrong = [*complaints(written)]
        types = Counter(one["resourceType"] for _, one in written)
        print(f"{package}, {producer}: {len(written)} resources, {len(wrong)} complaints; {dict(types)}")
        kinds = Counter((validator, text) for validator, _, found in wrong for text in found)
        first = {(validator, text): name for validator, name, found in reversed(wrong) for text in found}
        yield from (f"{validator} of {first[validator, text]}: {text} ({n} times)" for (validator, text), n in kinds.items())


def extensions() -> Iterator[str]:
    """Where the StructureDefinitions of R4 give an extension other value types than our test of them does."""
    path = HERE / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4" / "extension-definitions.json"
    defined = {one["resource"]["url"]: one["resource"] for one in json.loads(path.read_text(encoding="utf-8"))["entry"]}
    for url, types in EXTENSIONS.items():
        if not url.startswith(HL7):
            continue
        elements = defined[url]["snapshot"]["element"] if url in defined else ()
        theirs = tuple(kind["code"] for one in elements if one["id"] == "Extension.value[x]" for kind in one["type"])
        if theirs != types:
            yield f"{url} has the value types {theirs}, not {types}"


def bodies_planted() -> Iterator[str]:
    """What is wrong with what `healthchain` says of the planted faults, and of bodies that are right."""
    seen = hooks.complaints([hooks.planted(*fault) for fault in hooks.FAULTS])
    print(f"healthchain: {sum(map(bool, seen))} of {len(seen)} planted faults in bodies of CDS Hooks")
    yield from (f"healthchain does not see {fault[:2]}" for fault, found in zip(hooks.FAULTS, seen, strict=True) if not found)
    good = zip(hooks.GOOD, hooks.complaints([*hooks.GOOD.values()]), strict=True)
    yield from (f"a false alarm: {name}: {found}" for name, found in good if found)


def bodies_written(engine: Engine, package: str) -> Iterator[str]:
    """Prints how many bodies of CDS Hooks are right; yields what is said of the others."""
    for producer, make in BODIES.items():
        written = [*make(engine)]
        wrong = [(one.what, found) for one, found in zip(written, hooks.complaints(written), strict=True) if found]
        print(f"{package}, {producer}: {len(written)} bodies, {len(wrong)} complaints")
        yield from (f"healthchain of a {what} of {producer}: {text}" for what, found in wrong[:SHOWN] for text in found)


def main() -> int:
    """The number of what is wrong, at most 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--over", choices=(*shipped_packages(),), action="append", help="only these packages")
    options = parser.parse_args()
    wrong = [*planted(), *extensions(), *bodies_planted()]
    for package in options.over or shipped_packages():
        engine = Engine(load_knowledge(named_paths(*shipped_packages()[package])))
        wrong += [*resources_written(engine, package), *bodies_written(engine, package)]
    for text in wrong:
        print(f"WRONG: {text}")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
