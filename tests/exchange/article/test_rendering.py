"""Articles as Markdown and HTML."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.model import Audience

from tests.exchange.article.patients import AUDIENCES, CASES, case_of, for_audience

pytestmark = pytest.mark.slow

VOID = frozenset(("meta", "br", "link", "img", "hr"))


class Checker(HTMLParser):
    """Tags in balance, headings without jumps, no duplicate id, internal links that lead somewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: set[str] = set()
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.seen.add(tag)
        self.language = found.get("lang", self.language)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: bytes) -> Checker:
    checker = Checker()
    checker.feed(page.decode())
    checker.close()
    assert not checker.open
    return checker


def assert_in_order(levels: list[int]) -> None:
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


@pytest.mark.parametrize(("name", "audience"), list(itertools.product(CASES, AUDIENCES)))
def test_html_is_well_formed_and_stands_alone(engine: Engine, name: str, audience: Audience) -> None:
    page = render_article(engine.knowledge, engine.decide(for_audience(name, audience)), "text/html")
    checker = checked(page)
    assert checker.language == "en"
    assert_in_order(checker.levels)
    assert len(checker.ids) == len(set(checker.ids))
    assert {link[1:] for link in checker.links if link.startswith("#")} <= set(checker.ids)
    assert all(re.match(r"#|https://w3id\.org/spinegraph/", link) for link in checker.links), "no server is needed"
    assert "main" in checker.seen
    assert b"prefers-color-scheme: dark" in page
    assert not checker.seen & {"script", "img", "link", "iframe"}
    assert b"url(" not in page
    assert b"@import" not in page


@pytest.mark.parametrize(("name", "audience"), list(itertools.product(CASES, AUDIENCES)))
def test_markdown_headings_are_in_order(engine: Engine, name: str, audience: Audience) -> None:
    text = render_article(engine.knowledge, engine.decide(for_audience(name, audience)), "text/markdown").decode()
    assert_in_order([len(mark) for mark in re.findall(r"^(#+) ", text, re.MULTILINE)])
    assert "\n\n\n" not in text
    assert not re.search(r"[^\n]\n#", text), "a heading has a blank line before it"


def test_what_is_advised_is_marked(engine: Engine) -> None:
    text = render_article(engine.knowledge, engine.decide(CASES["left"]), "text/markdown").decode()
    body = text[text.index("\n## Options for later") : text.index("\n## What no source")]
    lines = [line for line in body.splitlines() if line.startswith("- ")]
    assert len(lines) > 40
    assert [line for line in lines if not re.search(r"\[[^]]+\]", line)] == []


def test_quantities_have_their_units_in_words(engine: Engine) -> None:
    decision = engine.decide(case_of("back_pain", duration_weeks=1.0, age_years=54.0, temperature_c=38.5))
    text = render_article(engine.knowledge, decision, "text/markdown").decode()
    assert [words for words in ("Duration of symptoms: 1 week.", "Age: 54 years.", ": 38.5 °C.") if words not in text] == []


HOSTILE = "<script>alert('x')</script> \"&\" [a](javascript:x) **b** `c` # |"


def test_hostile_labels_are_shown_as_text(engine: Engine) -> None:
    knowledge = engine.knowledge
    iri = next(iri for iri, finding in knowledge.findings.items() if finding.code == "fever")
    findings = {**knowledge.findings, iri: msgspec.structs.replace(knowledge.findings[iri], label=HOSTILE, patient_label=HOSTILE)}
    hostile = Engine(msgspec.structs.replace(knowledge, findings=findings))
    local = LocalText(where_to_go=HOSTILE, where_to_go_now=HOSTILE)
    for audience in AUDIENCES:
        decision = hostile.decide(for_audience("back pain", audience))
        page = render_article(hostile.knowledge, decision, "text/html", HOSTILE, HOSTILE, local)
        assert "script" not in checked(page).seen
        assert b"&lt;script&gt;" in page
        text = render_article(hostile.knowledge, decision, "text/markdown", HOSTILE, HOSTILE, local).decode()
        assert "<script" not in text.replace("\\<", "")
        assert "[a](" not in text
        assert "\\*\\*b\\*\\*" in text


def test_no_other_media_type(engine: Engine) -> None:
    with pytest.raises(ValueError, match="text/markdown or text/html, not application/pdf"):
        render_article(engine.knowledge, engine.decide(CASES["left"]), "application/pdf")


def test_the_same_case_gives_the_same_article() -> None:
    """In two processes whose sets are ordered differently."""
    program = (
        "import hashlib; from spinegraph.engine import Engine, load_knowledge; "
        "from spinegraph.engine.exchange.article.article import LAYOUTS, render_article; "
        "from tests.exchange.article.patients import CASES, AUDIENCES, for_audience; engine = Engine(load_knowledge()); "
        "print(hashlib.sha256(b''.join(render_article(engine.knowledge, engine.decide(for_audience(name, audience)), media_type) "
        "for name in CASES for audience in AUDIENCES for media_type in LAYOUTS)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
