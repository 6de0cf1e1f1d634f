"""Every format of every answer, on two guidelines: what it was last, so that a change of it is seen and meant.

Golden files stand in `golden/<guideline>/`; SPINEGRAPH_GOLDEN=write writes them anew. The sore throat is written whole; on
back pain what is long is summed up. Digests and ids of decisions change with any content and are left out.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyoxigraph as ox
import pytest
from rich.console import Console
from spinegraph.api.cli.terminal import render_decision
from spinegraph.api.cli.terminal_brief import brief_lines
from spinegraph.engine import Decision, Engine, load_knowledge, make_case, make_codebook
from spinegraph.engine.exchange.description.resource import SUFFIXES, Describer, make_describer
from spinegraph.engine.exchange.formats import FORMATS, Answer
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.drawing import render_pathway
from spinegraph.engine.exchange.pathway.lighting import light
from spinegraph.engine.exchange.pathway.model import Pathway, outline
from spinegraph.engine.exchange.pathway.views import find_pathway
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Audience

from tests.authoring.guideline import write_good

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
RDF = {"ttl": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD}


class Example(NamedTuple):
    """A guideline with a case, and what of it is described and drawn."""

    case: Mapping[str, Any]
    resource: str
    pathway: str
    whole: bool


EXAMPLES = {
    "back-pain": Example(
        {"present": ["back_pain", "urinary_retention"], "absent": ["fever"], "measurements": {"age_years": 54}},
        "rule:lumbar-mri-in-suspected-cauda-equina", "cauda_equina_syndrome", False,
    ),
    "sore-throat": Example(
        {"present": ["sore_throat", "tonsillar_exudate"], "absent": ["drooling"], "measurements": {"age_months": 240}},
        "rule:give-penicillin", "strep_throat", True,
    ),
}  # fmt: skip
AUDIENCES: tuple[Audience, ...] = ("clinician", "patient")


class Subject(NamedTuple):
    """An example, loaded."""

    example: Example
    engine: Engine
    describer: Describer

    def answer(self, audience: Audience = "clinician") -> Answer:
        case = make_case({**self.example.case, "audience": audience}, make_codebook(self.engine.knowledge))
        return Answer(self.engine.knowledge, self.engine.decide(case), "A case", "In the words of the case.")

    def pathway(self) -> Pathway:
        answer = self.answer()
        full = self.engine.decide(answer.decision.case, include_all=True)
        return light(find_pathway(answer.knowledge, self.example.pathway), answer.knowledge, full, answer.title)


@pytest.fixture(scope="module")
def subjects(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    folder = tmp_path_factory.mktemp("sore-throat")
    write_good(folder)
    other = Engine(load_knowledge(named_paths(folder)))
    return {
        "back-pain": Subject(EXAMPLES["back-pain"], engine, make_describer()),
        "sore-throat": Subject(EXAMPLES["sore-throat"], other, make_describer(named_paths(folder))),
    }


# What is written ------------------------------------------------------------------------------


def _page(html: str, whole: bool) -> str:
    """A page without its style and its tooltips, which repeat the knowledge; or only its sections, headings and notes."""
    plain = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    plain = re.sub(r' (?:title|aria-label)="[^"]*"', "", plain)
    rows = [
        row for row in plain.splitlines() if row.strip() and (whole or re.match(r"<(section|h\d|div|p|header|footer)\b", row))
    ]
    return "\n".join(rows)


def _picture(svg: str) -> str:
    """The words of a picture, box by box: places are the drawing program's."""
    groups = re.findall(r'<g id="([^"]+)" class="(?:node|cluster)">(.*?)</g>', svg, re.DOTALL)
    return "\n".join(f"{unescape(name)}: {' | '.join(_texts(inner))}" for name, inner in groups)


def _texts(svg: str) -> list[str]:
    found = (
        " ".join(unescape(text).replace("\xa0", " ").split()) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    )
    return [text for text in found if text]


def _graph(name: str) -> Callable[[str], str]:
    """How often an RDF answer says what: its predicates, and the classes of its subjects."""

    def summed(text: str) -> str:
        quads = list(ox.parse(text, RDF[name]))
        types = Counter(quad.object.value for quad in quads if quad.predicate.value.endswith("#type"))
        said = Counter(quad.predicate.value for quad in quads)
        return "\n".join(f"{number:5} {what}" for what, number in sorted({**said, **types}.items()))

    return summed


def _decision(text: str) -> str:
    """A decision by the members that no other test holds in full: proofs and flips are counted."""
    decision = msgspec.json.decode(text, type=Decision)
    shown: dict[str, Any] = json.loads(text)
    shown["recommendations"] = [
        {"id": entry.id, "verdict": entry.verdict, "urgency": entry.urgency, "text": entry.text, "flips": len(entry.flips)}
        for entry in decision.recommendations
    ]
    shown["assessments"] = {entry.condition: entry.verdict for entry in decision.assessments}
    shown["questions"] = [entry.finding for entry in decision.questions]
    return json.dumps(shown, indent=1, ensure_ascii=False)


def _bundle(text: str, whole: bool) -> str:
    """A Bundle of FHIR: its ids, which follow from the decision, by their order; or what is proposed, asked and said in it."""
    for number, one in enumerate(dict.fromkeys(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text))):
        text = text.replace(one, f"ID-{number}")
    bundle = json.loads(text)
    if not whole:
        parts = [entry["resource"] for entry in bundle["entry"]]
        (guidance,) = (one for one in parts if one["resourceType"] == "GuidanceResponse")
        (group,) = (one for one in parts if one["resourceType"] == "RequestGroup")
        (outcome,) = (one for one in parts if one["resourceType"] == "OperationOutcome")
        bundle = {
            "types": Counter(one["resourceType"] for one in parts),
            "status": guidance["status"],
            "asked": [
                need["codeFilter"][0]["code"][0]["code"] if "codeFilter" in need else need["mustSupport"]
                for need in guidance["dataRequirement"]
            ],
            "actions": {one["id"]: [one["description"], one.get("priority")] for one in group["action"]},
            "issues": [[one["severity"], one["code"], one["details"]["text"]] for one in outcome["issue"]],
        }
    return json.dumps(bundle, indent=1, ensure_ascii=False)


def _terminal(subject: Subject, audience: Audience = "clinician", *, everything: bool = False) -> str:
    answer = subject.answer(audience)
    if not everything:
        return "\n".join(line.plain for line in brief_lines(answer.decision, ""))
    console = Console(width=100, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(render_decision(answer.decision, answer.knowledge, title=answer.title, narrative=answer.narrative))
    return "\n".join(line.rstrip() for line in captured.get().split("\n"))


Writer = Callable[[Subject], str]
WRITERS: dict[str, Writer] = {
    **{
        f"decision-{audience}.{form.name}": lambda subject, form=form, audience=audience: form.write(  # type: ignore[misc]
            subject.answer(audience)
        ).decode()
        for form in FORMATS
        for audience in (AUDIENCES if form.name in ("md", "html") else ("clinician",))
    },
    **{
        f"resource.{suffix}": lambda subject, media_type=media_type: subject.describer.render(  # type: ignore[misc]
            expand(subject.example.resource), media_type
        ).decode()
        for suffix, media_type in SUFFIXES.items()
    },
    "pathway.dot": lambda subject: write_dot(subject.pathway()),
    "pathway.txt": lambda subject: outline(subject.pathway()),
    "pathway.svg": lambda subject: render_pathway(subject.pathway(), "svg").decode(),
    "terminal.txt": _terminal,
    "terminal-patient.txt": lambda subject: _terminal(subject, "patient"),
    "terminal-all.txt": lambda subject: _terminal(subject, everything=True),
}
"""File name → what is written there."""


def _compact(name: str, text: str, whole: bool) -> str:
    form = name.rpartition(".")[2]
    if form == "html":
        return _page(text, whole)
    if form == "svg":
        return _picture(text)
    if form == "fhir":
        return _bundle(text, whole)
    if name.startswith("decision") and form == "json":
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False) if whole else _decision(text)
    return _graph(form)(text) if name.startswith("decision") and form in RDF and not whole else text


def _without_digests(text: str, answer: Answer) -> str:
    digest = answer.knowledge.digest.removeprefix("sha256:")
    text = text.replace(digest, "DIGEST").replace(answer.decision.id, "DECISION")
    return text.replace(answer.decision.id[:12], "DECISION").replace(digest[:12], "DIGEST")


@pytest.mark.parametrize("guideline", EXAMPLES)
@pytest.mark.parametrize("name", WRITERS)
def test_every_format_is_as_it_was(subjects: dict[str, Subject], guideline: str, name: str) -> None:
    subject = subjects[guideline]
    text = WRITERS[name](subject)
    for audience in AUDIENCES:
        text = _without_digests(text, subject.answer(audience))
    text = _compact(name, text, subject.example.whole).rstrip() + "\n"
    golden = GOLDEN / guideline / name
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


OF_BACKS = re.compile(
    r"(?<!come )(?<!you )(?<!me )\bback\b(?! (?:to|by|pressure))|spin(?:e|al)\b|lumbar",
    re.IGNORECASE,
)
"""Words of the other guideline; one may still come back, or look back to something."""


def test_no_golden_file_is_left_over() -> None:
    for guideline in EXAMPLES:
        assert {path.name for path in (GOLDEN / guideline).iterdir()} == set(WRITERS)


def test_a_guideline_is_told_in_its_own_words(subjects: dict[str, Subject]) -> None:
    """What is written of a sore throat says nothing of backs, whatever the format, and leaves no gap where it has no word."""
    for name, write in WRITERS.items():
        text = write(subjects["sore-throat"])
        assert not OF_BACKS.search(text), name
        if name.endswith(("md", "html", "txt")):
            assert not re.search(r"(?<!\.)\. ,|\bby \.|\(\)|, ,|\. \.", text), name
