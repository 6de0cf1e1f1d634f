"""Seeded mistakes: small edits of canonical Turtle, of the kinds that authors make, one at a time.

Each operator looks at one file's text and yields every edit that it could make there; a seeded choice takes some of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

Span = tuple[int, int, str]
"""Start, end (exclusive) and what stands there instead."""
Operator = Callable[[str, random.Random], Iterator[Span]]


class Mutant(NamedTuple):
    """One edit of one file."""

    operator: str
    file: str
    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """The file's text with the mistake in it."""
        return text[: self.start] + self.new + text[self.end :]

    def told(self, text: str) -> str:
        """`file:line: old -> new`, shortened; of what is deleted, its first words."""
        line = text.count("\n", 0, self.start) + 1
        old, new = (" ".join(part.split()) for part in (text[self.start : self.end], self.new))
        return f"{self.file}:{line}: {_short(old)} -> {_short(new) or '(gone)'}"


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"


def mutants(files: Mapping[str, str], count: int, seed: int) -> list[Mutant]:
    """`count` mutants, the operators in turn, each at places drawn without repetition."""
    draw = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    queues = {}
    for name, (operator, wanted) in OPERATORS.items():
        found = [
            Mutant(name, file, *span)
            for file, text in sorted(files.items())
            if re.search(wanted, file)
            for span in operator(text, draw)
        ]
        draw.shuffle(found)
        queues[name] = found
    chosen: list[Mutant] = []
    while len(chosen) < count and any(queues.values()):
        for queue in queues.values():
            if queue and len(chosen) < count:
                chosen.append(queue.pop())
    return chosen


# Operators -----------------------------------------------------------------------------------


def _replacing(pattern: str, new: Callable[[re.Match[str], random.Random], str | None]) -> Operator:
    """Replaces the whole match of a pattern, or its first group where it has one."""

    def operator(text: str, draw: random.Random) -> Iterator[Span]:
        for match in re.finditer(pattern, text, re.MULTILINE):
            replaced = new(match, draw)
            if replaced is not None and replaced != match[bool(match.re.groups)]:
                yield (*match.span(bool(match.re.groups)), replaced)

    return operator


def _constantly(pattern: str, new: str) -> Operator:
    return _replacing(pattern, lambda _match, _draw: new)


def _swapping(one: str, other: str) -> Operator:
    """Each of two words for the other."""
    return _replacing(rf"({one}|{other})(?= )", lambda match, _draw: other if match[1] == one else one)


def _without_member(*predicates: str) -> Operator:
    """One object of a predicate dropped; with the last one the statement goes."""
    names = "|".join(map(re.escape, predicates))

    def operator(text: str, draw: random.Random) -> Iterator[Span]:
        for match in re.finditer(rf"^ +(?:{names})\s+([^;\[\]\"]+?) ;\n", text, re.MULTILINE):
            members = [member.strip() for member in match[1].split(",")]
            if len(members) == 1:
                yield (*match.span(), "")
                continue
            for number in range(len(members)):
                yield (*match.span(1), " , ".join(members[:number] + members[number + 1 :]))

    return operator


def _without_block(subject: str) -> Operator:
    """Everything that is said about one subject deleted."""
    return _constantly(rf"^{subject}[^\n]*\n(?:(?!\.\n)[^\n]*\n)*\.\n", "")


def _without_item(text: str, draw: random.Random) -> Iterator[Span]:
    """One blank node of a sh:and or sh:or list dropped, at any depth, never the last one of its list."""
    for match in re.finditer(r"sh:(?:and|or) \(\s", text):
        items = list(_items(text, match.end()))
        if len(items) > 1:
            yield from ((*item, "") for item in items)


def _items(text: str, start: int) -> Iterator[tuple[int, int]]:
    depth, begin = 0, start
    for position in range(start, len(text)):
        sign = text[position]
        if sign == "[":
            begin = position if depth == 0 else begin
            depth += 1
        elif sign == "]":
            depth -= 1
            if depth == 0:
                yield begin, position + 1
        elif sign == ")" and depth == 0:
            return


def _number(match: re.Match[str], draw: random.Random) -> str:
    value = float(match[1])
    return f"{value + draw.choice((-1, 1)) * (1 if abs(value) >= 2 else 0.5):g}"


def _order(match: re.Match[str], draw: random.Random) -> str:
    return str(int(match[1]) + draw.choice((-10, 10)))


def _other_bound(match: re.Match[str], _: random.Random) -> str:
    return "Exclusive" if match[1] == "Inclusive" else "Inclusive"


def _misspelt(match: re.Match[str], draw: random.Random) -> str | None:
    """Two neighbouring letters of a local name swapped."""
    prefix, _, name = match[1].partition(":")
    places = [number for number in range(len(name) - 1) if name[number] != name[number + 1]]
    if not places:
        return None
    place = draw.choice(places)
    return f"{prefix}:{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}"


def _other(pattern: str) -> Operator:
    """A match's group replaced by another that stands in the same file."""

    def operator(text: str, draw: random.Random) -> Iterator[Span]:
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        known = sorted({match[1] for match in matches})
        for match in matches:
            others = [name for name in known if name != match[1]]
            if others:
                yield (*match.span(1), draw.choice(others))

    return operator


def _digit(match: re.Match[str], draw: random.Random) -> str:
    place = draw.randrange(len(match[1]))
    return (
        match[1][:place] + draw.choice([sign for sign in "0123456789abcdef" if sign != match[1][place]]) + match[1][place + 1 :]
    )


RULES, TENSIONS, SOURCES = r"shapes/(rules/|tensions)", r"tensions\.ttl$", r"ontology/sources/"
CONCEPTS = r"ontology/(findings|conditions|interventions|measurements)\.ttl$"
SHAPES, MAPPINGS = r"shapes/rules/", r"\.tsv$"

OPERATORS: Mapping[str, tuple[Operator, str]] = {
    # what rules decide
    "override dropped": (_without_member("core:overrides", "core:overridesIfKnown"), RULES),
    "left-open dropped": (_without_member("core:leavesOpen"), RULES),
    "override to another rule": (_other(r"^ +core:overrides(?:IfKnown)? (rule:[\w-]+) ;"), RULES),
    "threshold changed": (_replacing(r"sh:(?:min|max)(?:In|Ex)clusive ([\d.]+)", _number), SHAPES),
    "bound taken in or left out": (_replacing(r"sh:(?:min|max)(Inclusive|Exclusive)", _other_bound), SHAPES),
    "band dropped": (_constantly(r"^ +core:indeterminate(?:From|To) [\d.]+ ;\n", ""), SHAPES),
    "present and absent swapped": (_swapping("core:present", "core:absent"), SHAPES),
    "and and or swapped": (_swapping("sh:and", "sh:or"), RULES),
    "list item dropped": (_without_item, SHAPES),
    "another finding": (_other(r"core:(?:present|absent) (finding:\w+)"), SHAPES),
    "another condition": (_other(r"core:(?:suspected|notSuspected|assesses) (condition:\w+)"), RULES),
    "suspicion turned round": (_swapping("core:suspected", "core:notSuspected"), RULES),
    "absence made to count": (_constantly(r"^ +core:absenceInconclusive true ;\n", ""), SHAPES),
    "count changed": (_replacing(r"core:atLeast (\d+)", _number), SHAPES),
    "direction turned round": (_swapping("core:for", "core:against"), SHAPES),
    "modality changed": (_other(r"core:modality (core:\w+)"), SHAPES),
    "urgency changed": (_other(r"core:urgency (core:\w+)"), SHAPES),
    "another intervention": (_other(r"core:intervention (intervention:\w+)"), SHAPES),
    "scope changed": (_other(r"core:scope (shape:\w+)"), SHAPES),
    "condition dropped": (_without_member("sh:condition"), RULES),
    "order changed": (_replacing(r"^    sh:order (\d+) ;\n    sh:predicate", _order), RULES),
    "conclusion of another rule": (_other(r"^    sh:object (rule:[\w-]+) ;"), SHAPES),
    "rule detached": (_without_member("sh:rule"), RULES),
    "rule deleted": (_without_block("rule:"), SHAPES),
    "shape deleted": (_without_block("shape:(?!RulesOfOrder)"), RULES),
    "tension deleted": (_without_block("tension:"), TENSIONS),
    "position dropped": (_constantly(r"core:recommendation rule:[\w-]+ ;", ""), TENSIONS),
    # what they rest on
    "derived from nothing": (_without_member("prov:wasDerivedFrom"), RULES),
    "another passage": (_other(r"^    prov:wasDerivedFrom (passage:[\w-]+) ;"), SHAPES),
    "passage deleted": (_without_block("passage:"), SOURCES),
    "digest changed": (_replacing(r'core:textDigest "([0-9a-f]+)"', _digit), SOURCES),
    "offset changed": (_replacing(r"oa:(?:start|end) (\d+)", _number), SOURCES),
    "citation changed": (_replacing(r"core:printedCitation (\d+)", lambda m, _: str(int(m[1]) + 40)), SOURCES),
    "review status raised": (_constantly(r'core:reviewStatus "(pending|none)"', "reviewed"), SOURCES),
    # names and words
    "term misspelt": (_replacing(r"(?<=\s)((?:core|sh|prov|rdfs|skos|oa):[a-z]\w+)(?= )", _misspelt), r"\.ttl$"),
    "IRI misspelt": (_replacing(r"(?<=\s)((?:finding|condition|intervention|shape|rule):[\w-]+)(?= [;,\]])", _misspelt), RULES),
    "code changed to another's": (_other(r'skos:notation "(\w+)"'), CONCEPTS),
    "code deleted": (_constantly(r"^ +skos:notation [^;]+ ;\n", ""), CONCEPTS),
    "label deleted": (_constantly(r"^ +rdfs:label [^;]+ ;\n", ""), CONCEPTS),
    "definition deleted": (_constantly(r"^ +skos:definition [^;]+ ;\n", ""), CONCEPTS),
    "concept deleted": (_without_block("(?:finding|condition|intervention):"), CONCEPTS),
    "subclass axiom changed": (_other(r"rdfs:subClassOf (finding:\w+)"), CONCEPTS),
    "subclass axiom dropped": (_constantly(r"^ +rdfs:subClassOf \w+:\w+ ;\n", ""), CONCEPTS),
    "inferred axiom dropped": (_constantly(r"^ +rdfs:subClassOf \w+:\w+ ;\n", ""), r"inferred\.ttl$"),
    "unit changed": (_other(r'core:unit "([^"]+)"'), CONCEPTS),
    "range changed": (_replacing(r"core:(?:minimum|maximum) ([\d.]+)", _number), CONCEPTS),
    "mapping subject misspelt": (_replacing(r"^((?:finding|condition|intervention):\w+)", _misspelt), MAPPINGS),
    "mapping predicate misspelt": (_replacing(r"(skos:\w+Match)", _misspelt), MAPPINGS),
    "mapping without reason": (_constantly(r"\t(semapv:\w+)", ""), MAPPINGS),
}  # fmt: skip
"""Name → the operator, and a pattern for the files on which it works."""


def knowledge_texts(folder: Path) -> dict[str, str]:
    """Path relative to the folder → text, of everything below its ontology/ and shapes/."""
    paths = (path for part in ("ontology", "shapes") for path in (folder / part).rglob("*") if path.suffix in (".ttl", ".tsv"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
