"""Articles: the first page is the brief, the rest is folded; what they cover, and what every sentence rests on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec
import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, read_case_file
from spinegraph.engine.errors import OtherKnowledgeError
from spinegraph.engine.exchange.article.article import LAYOUTS, make_article, render_article, statements_of
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.exchange.article.model import Article, Block, Section
from spinegraph.engine.exchange.article.placement import section_of, sections_for_advice
from spinegraph.engine.exchange.article.reading import Reading
from spinegraph.engine.knowledge.sources import passages_of_rule
from spinegraph.engine.model import Assessment, Audience, Case, Decision, Recommendation

from tests.exchange.article.patients import AUDIENCES, CASES, EXAMPLES, FOR_EACH, GENERAL, case_of, for_audience
from tests.random_cases import random_cases
from tests.small import write_small

HAS_TO_BE_COVERED = frozenset(
    (
        "red-flag", "imaging-for", "imaging-against", "test-indication", "treatment-for", "treatment-against", "follow-up",
        "pitfall", "referral", "procedure-indication",
    )
)  # fmt: skip
ORDER = ["recorded", "why", "left-open", "further", "aside", "ask", "conditions", "later", "not-covered", "readings", "facts"]


@pytest.fixture(scope="session")
def small_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path_factory.mktemp("small-narrative"))))


@pytest.fixture(scope="session", params=FOR_EACH)
def article(request: pytest.FixtureRequest, engine: Engine) -> Article:
    return make_article(engine.knowledge, engine.decide(for_audience(*request.param)))


def written(engine: Engine, name: str, audience: Audience = "clinician") -> Article:
    return make_article(engine.knowledge, engine.decide(for_audience(name, audience)))


def general(engine: Engine, codebook: Codebook, document: str, audience: Audience = "clinician") -> Decision:
    case = read_case_file(EXAMPLES / GENERAL[document], codebook).case
    return engine.decide(msgspec.structs.replace(case, audience=audience))


def all_sections(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from all_sections(section.sections)


def section(article: Article, key: str) -> Section:
    return next(one for one in all_sections(article.sections) if one.key == key)


def block(article: Article, key: str) -> Block:
    return next(one for one in article.first.blocks if one.key == key)


# The first page -------------------------------------------------------------------------------


def test_the_first_page_is_the_brief(article: Article, engine: Engine) -> None:
    """Every line of it, in its words and with its passages, and nothing that the brief does not say is to be done."""
    name = next(name for name in CASES if engine.decide(for_audience(name, article.audience)).id == article.decision)
    brief = engine.decide(for_audience(name, article.audience)).brief
    assert article.first.headline.text == brief.headline
    for key, actions in (("do", brief.do), ("avoid", brief.avoid)):
        shown = [one.statements for one in article.first.blocks if one.key == key]
        assert [(one.text, one.passages) for one in (shown[0] if shown else ())] == [(one.text, one.passages) for one in actions]
        for action, one in zip(actions, shown[0] if shown else (), strict=True):
            assert action.caution in {"", *one.remarks}
    if brief.review:
        assert " ".join(one.text for one in block(article, "review").statements) == brief.review.text
    assert brief.disclaimer in block(article, "status").statements[0].text
    assert article.disclaimer == brief.disclaimer


def test_a_grade_is_told_once(engine: Engine) -> None:
    first = written(engine, "cauda equina").first
    assert (first.level, first.level_text) == ("emergency", "")
    assert first.headline.text.startswith("Emergency: ")
    assert written(engine, "reassured").first.level_text == "Routine"


def test_readings_and_open_levels_are_marked(engine: Engine) -> None:
    remarks = [one.remarks for one in block(written(engine, "reassured"), "do").statements]
    assert any("Our reading: " in remark for line in remarks for remark in line)
    weak = case_of("low_back_pain", " ".join(CASES["reassured"].absent), age_years=55.0, duration_weeks=1.0)
    article = make_article(engine.knowledge, engine.decide(weak))
    assert any("(C04)" in one.text for one in block(article, "open").statements)


def test_what_is_denied_is_told_by_screen(engine: Engine) -> None:
    text = " ".join(one.text for one in block(written(engine, "reassured"), "recorded").statements)
    assert "Denied: " in text
    assert "cauda equina" not in text.lower() or "screens ask on" in text


def test_warnings_come_before_advice(engine: Engine) -> None:
    keys = [one.key for one in written(engine, "contradiction").first.blocks]
    assert keys[0] == "warnings"
    assert block(written(engine, "child", "patient"), "warnings").statements[0].text.startswith("Our texts are not meant")


# For patients ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_patients_learn_when_to_get_help_at_once(engine: Engine) -> None:
    """In an emergency the headline says it; else the review, or a list of the signs."""
    for name in CASES:
        article = written(engine, name, "patient")
        keys = {one.key for one in article.first.blocks}
        if article.first.level == "emergency":
            assert "Get help now" in article.first.headline.text
        elif Reading(engine.knowledge, engine.decide(for_audience(name, "patient"))).live:
            assert keys & {"help", "review"}, name
    signs = [one.text for one in block(written(engine, "left", "patient"), "help").statements]
    assert "not being able to pass urine" in signs


def test_signs_that_count_together_are_told_together(small_engine: Engine) -> None:
    article = make_article(small_engine.knowledge, small_engine.decide(case_of("sore_throat", audience="patient")))
    signs = [one.text for one in block(article, "help").statements]
    assert signs[0] == "drooling"
    assert signs[1].startswith("tender neck nodes; your temperature")


def test_a_deployer_says_where_to_go(engine: Engine) -> None:
    local = LocalText(where_to_go="Call us.", where_to_go_now="Call 112.")
    for name, key, text in (("cauda equina", "where-now", "Call 112."), ("reassured", "where", "Call us.")):
        for audience in AUDIENCES:
            article = make_article(engine.knowledge, engine.decide(for_audience(name, audience)), local=local)
            shown = {one.key: one.statements[0].text for one in article.first.blocks if one.key in ("where", "where-now")}
            assert shown == ({key: text} if audience == "patient" else {})
        plain = written(engine, name, "patient")
        assert not {"where", "where-now"} & {one.key for one in plain.first.blocks}, "without one the place is left out"


def test_patients_see_both_sides_in_their_words(engine: Engine) -> None:
    texts = [
        one.text for group in section(written(engine, "overridden", "patient"), "left-open").groups for one in group.statements
    ]
    assert texts
    assert not any("Knots:" in text or re.search(r"C\d\d", text) for text in texts)


@pytest.mark.slow
def test_patients_get_a_few_questions_to_ask(engine: Engine) -> None:
    for name in CASES:
        article = written(engine, name, "patient")
        least = 1 if article.first.level == "emergency" else 2
        assert least <= len(section(article, "ask").groups[0].statements) <= 6, name


# The folded sections --------------------------------------------------------------------------


def test_sections_come_in_their_order_and_say_something(article: Article) -> None:
    keys = [one.key for one in article.sections]
    assert keys == [key for key in ORDER if key in keys]
    assert all(one.groups or one.sections for one in all_sections(article.sections))
    assert all(group.statements for one in all_sections(article.sections) for group in one.groups)


def live_passages(engine: Engine, decision: Decision, document: str) -> set[str]:
    """Passages of a document that a rule uses which is neither not-indicated nor out of scope."""
    reading = Reading(engine.knowledge, decision)
    verdicts = {entry.id for entry in decision.recommendations if entry.verdict not in ("not-indicated", "out-of-scope")}
    used: set[str] = set()
    for rule in engine.knowledge.rules.values():
        advised = isinstance(rule, Recommendation) and rule.id in verdicts
        assessed = isinstance(rule, Assessment) and rule.condition in reading.assessed
        if advised or (assessed and reading.truths.rule(rule) != "false"):
            used.update(passages_of_rule(rule))
    number = {iri: source.number for iri, source in engine.knowledge.sources.items()}
    passages = engine.knowledge.passages.values()
    return {p.id for p in passages if p.id in used and p.kind in HAS_TO_BE_COVERED and number[p.source] == document}


@pytest.mark.slow
@pytest.mark.parametrize("document", GENERAL)
def test_title_questions_are_covered(engine: Engine, codebook: Codebook, document: str) -> None:
    decision = general(engine, codebook, document)
    live = live_passages(engine, decision, document)
    text = render_article(engine.knowledge, decision, "text/markdown").decode()
    mentioned = {passage for passage in live if re.search(rf"\b{passage}\b", text)}
    assert len(live) > 45
    assert len(mentioned) >= 0.95 * len(live), sorted(live - mentioned)


def test_each_line_is_proved(engine: Engine) -> None:
    why = section(written(engine, "cauda equina"), "why").groups[0].statements
    assert why[0].rules == ("lumbar-mri-in-suspected-cauda-equina",)
    assert why[0].remarks[0].startswith("Would turn with: ")
    lines = [one.text for one in statements_of(written(engine, "cauda equina"))]
    assert "urinary retention present: holds" in lines


def test_patients_read_on_what_a_line_rests(engine: Engine) -> None:
    why = section(written(engine, "cauda equina", "patient"), "why").groups[0].statements
    assert why[0].remarks[0].startswith("We say this because you told us about: ")
    assert "not being able to pass urine" in why[0].remarks[0]


def test_what_is_displaced_is_set_aside(engine: Engine) -> None:
    aside = section(written(engine, "overridden"), "aside").groups[0].statements
    assert "no-routine-imaging" in aside[0].rules
    assert "Displaced by" in aside[0].remarks[0]


def test_conditions_come_with_the_markers_that_were_looked_for(engine: Engine) -> None:
    groups = {
        group.heading.text: group for group in section(written(engine, "cauda equina"), "conditions").groups if group.heading
    }
    suspected = {one.text: one for one in groups["Suspected"].statements}
    parts = [one.text for one in suspected["cauda equina syndrome"].parts]
    assert {"urinary retention: present", "saddle anesthesia: not known"} <= set(parts)
    assert [part.rpartition(": ")[2] for part in parts] == ["present"] * 2 + ["not known"] * (len(parts) - 2)


def test_disagreements_and_gaps_are_shown(engine: Engine) -> None:
    groups = section(written(engine, "overridden"), "left-open").groups
    assert "C01" in [rule for group in groups if group.heading for rule in group.heading.rules]
    assert all(group.statements for group in groups)


def test_what_is_open_is_told_as_a_condition(engine: Engine) -> None:
    groups = [group for one in section(written(engine, "left"), "later").sections for group in one.groups]
    heading = next(group.heading for group in groups if "lumbar-mri-in-suspected-cauda-equina" in group.statements[0].rules)
    assert heading
    assert heading.text == "If a marker of cauda equina syndrome, or bowel or bladder dysfunction"
    assert "000-L030a" in heading.passages


def test_a_wider_presentation_is_pointed_out(engine: Engine) -> None:
    statements = section(written(engine, "knots"), "later").groups[0].statements
    assert ("lumbar-mri-in-suspected-cauda-equina",) in [part.rules for one in statements for part in one.parts]


def test_what_does_not_apply_lends_no_facts(engine: Engine) -> None:
    """Nobody is told of the good outlook in an emergency."""
    used = {passage for statement in statements_of(written(engine, "cauda equina")) for passage in statement.passages}
    assert not used & {"000-L073a", "000-L073b", "000-L073c"}


def test_nobody_is_advised_outside_the_sources(engine: Engine) -> None:
    article = written(engine, "child")
    assert not {"do", "avoid", "review"} & {one.key for one in article.first.blocks}
    assert not {"further", "later", "conditions"} & {one.key for one in article.sections}


# What each sentence rests on ------------------------------------------------------------------


def assert_grounded(article: Article, engine: Engine) -> None:
    """Ids exist, and whatever is advised names them; only the record and what is ours has none."""
    rules = {rule.id for rule in engine.knowledge.rules.values()}
    passages = {passage.id for passage in engine.knowledge.passages.values()}
    for statement in statements_of(article):
        assert set(statement.rules) <= rules
        assert set(statement.passages) <= passages
    for one in article.first.blocks:
        if one.key in ("do", "avoid", "rule-out", "review", "help"):
            assert all(statement.passages or statement.rules for statement in one.statements), one.key
    assert {entry.id for entry in article.passages} == {p for one in statements_of(article) for p in one.passages}


def test_every_statement_has_ids_that_exist(article: Article, engine: Engine) -> None:
    assert_grounded(article, engine)


@pytest.mark.slow
@pytest.mark.parametrize("include_all", [False, True])
def test_any_case_can_be_told(engine: Engine, include_all: bool) -> None:
    for number, case in enumerate(itertools.islice(random_cases(engine.program, 11), 24)):
        decision = engine.decide(msgspec.structs.replace(case, audience=AUDIENCES[number % 2]), include_all)
        assert_grounded(make_article(engine.knowledge, decision), engine)
        for media_type in LAYOUTS:
            assert render_article(engine.knowledge, decision, media_type)


def test_another_guideline_needs_no_code(small_engine: Engine) -> None:
    """A guideline about sore throats, with none of the kinds of passages that place and group, and no lines of a brief."""
    cases: tuple[Case, ...] = (
        case_of("sore_throat"), case_of("sore_throat drooling"), case_of("sore_throat tender_nodes", "fever")
    )  # fmt: skip
    for case, audience in itertools.product(cases, AUDIENCES):
        decision = small_engine.decide(msgspec.structs.replace(case, audience=audience))
        assert_grounded(make_article(small_engine.knowledge, decision), small_engine)
        for media_type in LAYOUTS:
            assert b"ore throat" in render_article(small_engine.knowledge, decision, media_type)


def test_a_document_that_names_no_readers_is_told_without(small_engine: Engine) -> None:
    assert {source.audience for source in small_engine.knowledge.sources.values()} == {""}
    text = render_article(small_engine.knowledge, small_engine.decide(case_of("sore_throat")), "text/markdown").decode()
    assert "written for" not in text


def test_placement_follows_kinds_and_not_names(engine: Engine) -> None:
    reading = Reading(engine.knowledge, engine.decide(CASES["left"]))
    for rule in engine.knowledge.rules.values():
        if isinstance(rule, Recommendation):
            key = section_of(rule, reading)
            assert key == section_of(msgspec.structs.replace(rule, id="x", label="y", iri="z"), reading)
            told = {key for passage in rule.passages for key in reading.sections(passage)}
            kinds = told & {section.key for section in sections_for_advice(engine.knowledge)}
            assert key in (kinds | {"red-flags"} or {"evaluation"})


def test_placement_without_kinds(small_engine: Engine) -> None:
    reading = Reading(small_engine.knowledge, small_engine.decide(case_of("sore_throat")))
    rules = [rule for rule in small_engine.knowledge.rules.values() if isinstance(rule, Recommendation)]
    assert {section_of(rule, reading) for rule in rules} == {"evaluation"}


@pytest.mark.slow
def test_a_stored_decision_gives_the_same_article(engine: Engine) -> None:
    """Nothing of the engine is needed: Decision and Knowledge are."""
    for case in (*CASES.values(), *itertools.islice(random_cases(engine.program, 5), 8)):
        fresh = engine.decide(case)
        stored = msgspec.json.decode(msgspec.json.encode(fresh), type=Decision)
        assert make_article(engine.knowledge, stored) == make_article(engine.knowledge, fresh)


def test_a_decision_of_other_knowledge_is_refused(engine: Engine, small_engine: Engine) -> None:
    decision = engine.decide(CASES["left"])
    with pytest.raises(OtherKnowledgeError, match="decide the case again"):
        make_article(small_engine.knowledge, decision)


# References, review status, disclaimer --------------------------------------------------------


def test_references_are_numbered_in_order_of_use(article: Article) -> None:
    used = dict.fromkeys(number for statement in statements_of(article) for number in statement.citations)
    assert sorted(used) == [entry.number for entry in article.references] == list(range(1, len(used) + 1))


def test_numbers_that_lead_nowhere_are_said_so(engine: Engine, codebook: Codebook) -> None:
    decision = general(engine, codebook, "000")
    entry = next(one for one in make_article(engine.knowledge, decision).references if (one.source, one.printed) == ("000", 6))
    assert (entry.title, entry.confidence) == ("", "none")
    text = render_article(engine.knowledge, decision, "text/markdown").decode()
    assert f"{entry.number}. Citation 6 of 000 cannot be resolved" in text
    assert "Inferred for citation 4 of 000; confidence high" in text


def test_review_status_and_disclaimer_are_always_there(article: Article, engine: Engine) -> None:
    assert article.sources
    assert {source.review_status for source in article.sources} <= {"pending", "none"}
    name = next(name for name in CASES if engine.decide(for_audience(name, article.audience)).id == article.decision)
    for media_type in LAYOUTS:
        text = render_article(engine.knowledge, engine.decide(for_audience(name, article.audience)), media_type).decode()
        assert article.disclaimer in text
        assert text.count("Review status: " if article.audience == "clinician" else "experts have checked it") == len(
            article.sources
        )
