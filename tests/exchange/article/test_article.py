"""Articles: what they have to cover, what every sentence rests on, and what they say to whom."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec
import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, read_case_file
from spinegraph.engine.errors import OtherKnowledgeError
from spinegraph.engine.exchange.article.article import LAYOUTS, make_article, render_article, statements_of
from spinegraph.engine.exchange.article.model import Article, Audience, Section
from spinegraph.engine.exchange.article.placement import section_of, sections_for_advice
from spinegraph.engine.exchange.article.reading import Reading
from spinegraph.engine.knowledge.sources import passages_of_rule
from spinegraph.engine.model import Assessment, Decision, Recommendation

from tests.exchange.article.patients import AUDIENCES, CASES, EACH, EXAMPLES, FOR_EACH, GENERAL, case_of
from tests.random_cases import random_cases
from tests.small import write_small

HAS_TO_BE_COVERED = frozenset(
    (
        "red-flag", "imaging-for", "imaging-against", "test-indication", "treatment-for", "treatment-against", "follow-up",
        "pitfall", "referral", "procedure-indication",
    )
)  # fmt: skip
JARGON = (
    "dermatom", "myofascial", "contraindicat", "radiculopath", "malignan", "osteomyelitis", "cauda equina", "palpa", "prognos",
    "nonspecific", "mechanical", "indicated", "undetermined", "provisional", "modality", "lumbar", "red flag", "conservative",
    "abscess", "discitis", "bacteremia", "tachycardia", "anesthesia", "incontinence", "retention", "debridement", "assessed",
    "criterion", "verdict", "scope", "sensitivity", "specificity", "radiograph", "epidural", "neurolog", "psychosocial",
)  # fmt: skip


@pytest.fixture(scope="session")
def small_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path_factory.mktemp("small-narrative"))))


@pytest.fixture(scope="session", params=FOR_EACH)
def article(request: pytest.FixtureRequest, engine: Engine) -> Article:
    name, audience = request.param
    return make_article(engine.knowledge, engine.decide(CASES[name]), audience)


def general(engine: Engine, codebook: Codebook, document: str) -> Decision:
    return engine.decide(read_case_file(EXAMPLES / GENERAL[document], codebook).case)


def all_sections(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from all_sections(section.sections)


def section(article: Article, key: str) -> Section:
    return next(one for one in all_sections(article.sections) if one.key == key)


def texts(article: Article) -> list[str]:
    return [statement.text for statement in statements_of(article)]


# Coverage -------------------------------------------------------------------------------------


def live_passages(engine: Engine, decision: Decision, document: str) -> set[str]:
    """Passages of a document that a rule uses which is neither not-indicated nor out of scope."""
    reading = Reading(engine.knowledge, decision)
    verdicts = {entry.id for entry in decision.recommendations if entry.verdict not in ("not-indicated", "out-of-scope")}
    used: set[str] = set()
    for rule in engine.knowledge.rules.values():
        advised = isinstance(rule, Recommendation) and rule.id in verdicts
        assessed = isinstance(rule, Assessment) and rule.condition in reading.verdicts
        if advised or (assessed and reading.truths.rule(rule) != "false"):
            used.update(passages_of_rule(rule))
    number = {iri: source.number for iri, source in engine.knowledge.sources.items()}
    passages = engine.knowledge.passages.values()
    return {p.id for p in passages if p.id in used and p.kind in HAS_TO_BE_COVERED and number[p.source] == document}


@pytest.mark.slow
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("document", GENERAL)
def test_title_questions_are_covered(engine: Engine, codebook: Codebook, document: str, audience: Audience) -> None:
    decision = general(engine, codebook, document)
    live = live_passages(engine, decision, document)
    text = render_article(engine.knowledge, decision, audience, "text/markdown").decode()
    mentioned = {passage for passage in live if re.search(rf"\b{passage}\b", text)}
    assert len(live) > 45
    assert len(mentioned) >= 0.95 * len(live), sorted(live - mentioned)


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ("000", "diagnosis red-flags evaluation imaging imaging-for imaging-against management follow-up pitfalls questions"),
        ("001", "diagnosis red-flags evaluation imaging-for management pitfalls referral questions"),
        ("002", "diagnosis red-flags evaluation imaging-for imaging-against management follow-up pitfalls referral questions"),
    ],
)
def test_sections_of_a_good_article(engine: Engine, codebook: Codebook, document: str, keys: str) -> None:
    found = {one.key for one in all_sections(make_article(engine.knowledge, general(engine, codebook, document)).sections)}
    assert set(keys.split()) <= found


def test_background_facts_stand_beside_what_they_bear_on(engine: Engine, codebook: Codebook) -> None:
    article = make_article(engine.knowledge, general(engine, codebook, "000"))
    beside = {
        passage: statement for statement in statements_of(article) for fact in statement.background for passage in fact.passages
    }
    assert beside["000-L037c"].text == "history of cancer"
    assert "9%" in next(fact.text for fact in beside["000-L037c"].background if "000-L037c" in fact.passages)
    assert beside["002-L064a"] is beside["002-L064b"], "97% and 93% stay together"
    assert "spine-mri-after-saureus-bacteremia" in beside["002-L064a"].rules, "beside the first MRI that its passages go with"
    citing = [one for one in statements_of(article) if "000-L038c" in one.passages and "78%" in one.text]
    assert citing, "a figure that a text gives already is cited, not repeated"
    assert any("45%" in text for text in texts(article))


def test_no_fact_is_told_twice(article: Article) -> None:
    told = [fact.passages for statement in statements_of(article) for fact in statement.background if not fact.rules]
    assert len(told) == len(set(told))


def test_what_does_not_apply_lends_no_facts(engine: Engine) -> None:
    """Nobody is told of the good outlook in an emergency."""
    article = make_article(engine.knowledge, engine.decide(CASES["cauda equina"]))
    used = {passage for statement in statements_of(article) for passage in statement.passages}
    assert not used & {"000-L073a", "000-L073b", "000-L073c"}


# What each sentence rests on ------------------------------------------------------------------


def assert_grounded(article: Article, engine: Engine) -> None:
    rules = {rule.id for rule in engine.knowledge.rules.values()}
    passages = {passage.id for passage in engine.knowledge.passages.values()}
    for statement in statements_of(article):
        assert statement.rules or statement.passages, statement
        assert set(statement.rules) <= rules
        assert set(statement.passages) <= passages


def test_every_statement_has_ids_that_exist(article: Article, engine: Engine) -> None:
    assert_grounded(article, engine)


@pytest.mark.slow
@pytest.mark.parametrize("include_all", [False, True])
def test_any_case_can_be_told(engine: Engine, include_all: bool) -> None:
    for number, case in enumerate(itertools.islice(random_cases(engine.program, 11), 24)):
        audience = AUDIENCES[number % 2]
        decision = engine.decide(case, include_all)
        assert_grounded(make_article(engine.knowledge, decision, audience), engine)
        for media_type in LAYOUTS:
            assert render_article(engine.knowledge, decision, audience, media_type)


def test_another_guideline_needs_no_code(small_engine: Engine) -> None:
    """A guideline about sore throats, with none of the kinds of passages that place and group."""
    for case in (case_of("sore_throat"), case_of("sore_throat drooling"), case_of("sore_throat tender_nodes", "fever")):
        for audience, media_type in itertools.product(AUDIENCES, LAYOUTS):
            decision = small_engine.decide(case)
            assert_grounded(make_article(small_engine.knowledge, decision, audience), small_engine)
            assert b"ore throat" in render_article(small_engine.knowledge, decision, audience, media_type)


def test_a_document_that_names_no_readers_is_told_without(small_engine: Engine) -> None:
    assert {source.audience for source in small_engine.knowledge.sources.values()} == {""}
    text = render_article(
        small_engine.knowledge, small_engine.decide(case_of("sore_throat")), "clinician", "text/markdown"
    ).decode()
    assert "Sore throat" in text
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
        stored = msgspec.json.decode(engine.decide_json(case), type=Decision)
        for audience in AUDIENCES:
            assert make_article(engine.knowledge, stored, audience) == make_article(engine.knowledge, fresh, audience)


def test_a_decision_of_other_knowledge_is_refused(engine: Engine, small_engine: Engine) -> None:
    decision = engine.decide(CASES["left"])
    with pytest.raises(OtherKnowledgeError, match="decide the case again"):
        make_article(small_engine.knowledge, decision)


# What is known, open and set aside ------------------------------------------------------------


def test_an_emergency_leads(engine: Engine) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES["cauda equina"]))
    assert article.urgency == "emergency"
    assert article.first[0].rules == ("lumbar-mri-in-suspected-cauda-equina",)
    assert section(article, "red-flags-present").groups[0].statements[0].text == "urinary retention"
    assert any(text.startswith("Cauda equina syndrome is suspected") for text in texts(article))


def test_what_is_open_is_told_as_a_condition(engine: Engine) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES["left"]))
    groups = {group.heading.text: group for group in section(article, "imaging-for").groups if group.heading}
    group = groups["If a marker of cauda equina syndrome, or bowel or bladder dysfunction"]
    assert group.kind == "if"
    assert group.heading
    assert group.heading.passages == ("000-L030a",)
    screened = groups["If a red flag other than age, course or a single marker of fracture alone"].heading
    assert screened
    assert screened.passages == ("000-L065a", "000-L047a"), "the flags themselves are told under Red flags"
    assert [statement.rules for statement in group.statements] == [("lumbar-mri-in-suspected-cauda-equina",)]
    assert not any(one.kind == "applies" for one in section(article, "imaging-for").groups)


def test_what_is_displaced_is_set_aside(engine: Engine) -> None:
    groups = section(make_article(engine.knowledge, engine.decide(CASES["overridden"])), "imaging-against").groups
    aside = next(group for group in groups if group.kind == "aside")
    assert aside.statements[0].rules == ("no-routine-imaging",)
    assert "Displaced by" in aside.statements[0].remarks[0]


def test_a_derived_state_is_known(engine: Engine) -> None:
    """Age 35 settles the flag of age over 50, although no proof of the decision has to show it."""
    case = case_of("back_pain history_of_cancer", age_years=35.0)
    absent = section(make_article(engine.knowledge, engine.decide(case)), "red-flags-absent")
    assert "age over 50" in [statement.text for group in absent.groups for statement in group.statements]


def test_disagreements_and_gaps_are_shown(engine: Engine) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES["overridden"]))
    tensions = section(article, "tensions").groups
    assert "C01" in [rule for group in tensions if group.heading for rule in group.heading.rules]
    assert all(len(group.statements) > 2 for group in tensions), "positions and handling"
    assert section(article, "gaps").groups[0].statements


def test_nobody_is_advised_outside_the_sources(engine: Engine) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES["child"]))
    assert article.warnings
    assert not article.sections
    assert "No source speaks about this patient" in article.urgency_text


def test_a_wider_presentation_is_pointed_out(engine: Engine) -> None:
    statements = (
        section(make_article(engine.knowledge, engine.decide(CASES["knots"])), "other-presentations").groups[0].statements
    )
    emergencies = [fact.rules for statement in statements for fact in statement.background]
    assert ("lumbar-mri-in-suspected-cauda-equina",) in emergencies


# Patients -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EACH)
def test_patients_read_when_to_get_help_first(engine: Engine, name: str) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES[name]), "patient")
    assert article.sections[0].key == "help"
    assert (
        "Not being able to pass urine"
        in render_article(engine.knowledge, engine.decide(CASES[name]), "patient", "text/markdown").decode()
    )


@pytest.mark.parametrize("name", EACH)
def test_patients_read_no_jargon(engine: Engine, name: str) -> None:
    text = render_article(engine.knowledge, engine.decide(CASES[name]), "patient", "text/markdown").decode()
    told = re.sub(r"\[[^]]*\]", "", text).lower()
    assert [word for word in JARGON if word in told] == []


def test_patients_are_told_conditions_in_their_words(engine: Engine) -> None:
    article = make_article(engine.knowledge, engine.decide(CASES["left"]), "patient")
    headings = {group.heading.text for one in all_sections(article.sections) for group in one.groups if group.heading}
    assert "If your clinician suspects a collapsed vertebra" in headings
    early = (
        "If all of this applies to you: none of the warning signs; signs of back pain from the moving parts of the spine; "
        "and how many weeks you have had the pain: less than 4.3"
    )
    assert early in headings, "no part of a condition is left out"
    assert any(heading.startswith("This may come up later") for heading in headings)


def test_signs_that_count_together_are_told_together(small_engine: Engine) -> None:
    article = make_article(small_engine.knowledge, small_engine.decide(case_of("sore_throat")), "patient")
    assert [one.text for one in section(article, "help").groups[0].statements] == [
        "drooling",
        "tender neck nodes; and your temperature: more than 40",
    ]


def test_only_all_warning_signs_are_called_the_warning_signs(engine: Engine) -> None:
    """What rests on some of them lists these one by one; where they only count with others, the advice is only named."""
    article = make_article(engine.knowledge, engine.decide(CASES["left"]), "patient")
    checks = section(article, "checks").groups
    headings = {rule: group.heading.text for group in checks if group.heading for one in group.statements for rule in one.rules}
    emergency = headings["lumbar-mri-in-suspected-cauda-equina"]
    assert emergency.startswith("If one of these applies to you: not being able to pass urine")
    assert "over 50" not in emergency
    assert headings["prompt-imaging-with-red-flag"].startswith("This may come up later"), "two markers of fracture together"
    assert not any("the warning signs" in heading for heading in headings.values())


# References, review status, disclaimer --------------------------------------------------------


def test_references_are_numbered_in_order_of_use(article: Article) -> None:
    used = dict.fromkeys(number for statement in statements_of(article) for number in statement.citations)
    assert list(used) == [entry.number for entry in article.references] == list(range(1, len(used) + 1))


def test_numbers_that_lead_nowhere_are_said_so(engine: Engine, codebook: Codebook) -> None:
    decision = general(engine, codebook, "000")
    entry = next(one for one in make_article(engine.knowledge, decision).references if (one.source, one.printed) == ("000", 6))
    assert (entry.title, entry.confidence) == ("", "none")
    text = render_article(engine.knowledge, decision, "clinician", "text/markdown").decode()
    assert f"{entry.number}. Citation 6 of 000 cannot be resolved" in text
    assert "Inferred for citation 4 of 000; confidence high" in text


def test_review_status_and_disclaimer_are_always_there(article: Article, engine: Engine) -> None:
    assert article.sources
    assert {source.review_status for source in article.sources} <= {"pending", "none"}
    name = next(name for name, case in CASES.items() if engine.decide(case).id == article.decision)
    for media_type in LAYOUTS:
        text = render_article(engine.knowledge, engine.decide(CASES[name]), article.audience, media_type).decode()
        assert article.disclaimer in text
        assert text.count("Review status: " if article.audience == "clinician" else "experts have checked it") == len(
            article.sources
        )
