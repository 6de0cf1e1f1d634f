"""Profiles: what they silence, with which reason, and what they say of themselves; what is refused, at which line."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path

import pytest
from spinegraph.engine.errors import ProfileError
from spinegraph.engine.validation.catalogue import CATALOGUE, GROUPS
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Report
from spinegraph.engine.validation.profile import Profile, apply_profile, own_judgement, own_profiles, read_profile

from tests.validation.awkward import CATALOGUE as AWKWARD

KINDS = {**AWKWARD, **{id_: CATALOGUE[id_] for id_ in ("SG001", "SG002", "SG003")}}
TODAY = datetime.date(2027, 3, 31)
MISSPELT = Diagnostic(id="SG201", severity="error", place=Place(file="a/x.ttl", line=3), subject="shape:X", what="Misspelt.")
OPPOSITE = Diagnostic(id="SG901", severity="warning", place=Place(file="a/x.ttl", line=9), subject="rule:bed-rest", what="Both.")
AMBIGUOUS = Diagnostic(id="SG306", severity="note", place=Place(file="b/y.ttl", line=1), subject="finding:Fever", what="Two.")
REPORT = Report(knowledge="", files=("a/x.ttl", "b/y.ttl"), diagnostics=(MISSPELT, OPPOSITE, AMBIGUOUS))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("profile.yaml")


def read(file: Path, text: str) -> Profile:
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_profile(file, KINDS)


def shown(report: Report) -> list[tuple[str, str]]:
    return [(one.id, one.severity) for one in report.diagnostics]


def test_an_empty_profile_changes_nothing(file: Path) -> None:
    assert read(file, "") == Profile()
    assert apply_profile(REPORT, Profile(), TODAY, catalogue=KINDS) == REPORT


def test_severities_by_id_or_name(file: Path) -> None:
    profile = read(file, "severity: {SG306: error, opposite-directions: note}")
    report = apply_profile(REPORT, profile, TODAY, catalogue=KINDS)
    assert shown(report) == [("SG201", "error"), ("SG901", "note"), ("SG306", "error")]


def test_what_is_ignored_is_kept_back_with_its_reason(file: Path) -> None:
    profile = read(file, "ignore:\n  - {id: SG306, reason: understood}\n")
    report = apply_profile(REPORT, profile, TODAY, catalogue=KINDS)
    assert shown(report) == [("SG201", "error"), ("SG901", "warning")]
    assert [(one.diagnostic, one.reason) for one in report.suppressed] == [(AMBIGUOUS, "understood")]


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        ("subject: 'rule:bed-*'", True),
        ("subject: 'rule:bed'", False),
        ("subject: 'RULE:bed-*'", False),
        ("file: 'a/*.ttl'", True),
        ("file: '*.ttl'", True),
        ("file: 'b/*'", False),
        ("subject: 'rule:*', file: 'b/*'", False),
    ],
)
def test_suppressions_fit_by_subject_and_file(file: Path, patterns: str, fits: bool) -> None:
    profile = read(file, f"suppress:\n  - {{id: SG901, {patterns}, reason: argued}}\n")
    report = apply_profile(REPORT, profile, TODAY, catalogue=KINDS)
    assert [one.diagnostic.id for one in report.suppressed] == (["SG901"] if fits else [])
    assert ("SG002" in dict(shown(report))) is not fits


def test_a_suppression_counts_on_its_last_day_and_is_reported_after_it(file: Path) -> None:
    profile = read(
        file,
        """
        suppress:
          - id: SG901
            subject: rule:bed-rest
            reason: The panel meets
              in March.
            until: 2027-03-31
        """,
    )
    assert shown(apply_profile(REPORT, profile, TODAY, catalogue=KINDS)) == [("SG201", "error"), ("SG306", "note")]
    late = apply_profile(REPORT, profile, TODAY + datetime.timedelta(days=1), catalogue=KINDS)
    assert shown(late) == [("SG201", "error"), ("SG901", "warning"), ("SG306", "note"), ("SG001", "warning")]
    (expired,) = [one for one in late.diagnostics if one.id == "SG001"]
    assert str(expired.place) == "profile.yaml:3"
    assert expired.what == "This suppression counted until 2027-03-31. Its reason: The panel meets in March."


def test_an_idle_suppression_is_reported_only_of_a_complete_run(file: Path) -> None:
    profile = read(file, "suppress:\n  - {id: SG901, subject: 'rule:other', reason: argued}\n")
    (idle,) = [one for one in apply_profile(REPORT, profile, TODAY, catalogue=KINDS).diagnostics if one.id == "SG002"]
    assert str(idle.place) == "profile.yaml:2"
    assert idle.what == "This keeps back nothing: there is no such SG901. Its reason: argued"
    assert apply_profile(REPORT, profile, TODAY, unseen={"SG901"}, catalogue=KINDS) == REPORT


def test_vocabulary_of_its_own(file: Path) -> None:
    profile = read(file, 'vocabulary: {namespaces: ["https://example.org/local/"], terms: ["http://purl.org/pav/curatedBy"]}')
    assert profile == Profile(namespaces=("https://example.org/local/",), terms=("http://purl.org/pav/curatedBy",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("severty: {}",
         "profile.yaml:1: A profile has no 'severty'; did you mean 'severity'?\n  "
         "Use severity, ignore, suppress, vocabulary."),
        ("[]", "profile.yaml:1: A profile has keys and values.\n  Use severity, ignore, suppress, vocabulary."),
        ("severity: [SG306]", "profile.yaml:1: This maps kinds of diagnostics to severities.\n  Write {SG306: note}."),
        ("severity:\n  SG306: fatal", "profile.yaml:2: There is no severity 'fatal'.\n  Known: error, warning, note."),
        ("severity:\n  SG306: {}", "profile.yaml:2: There is no severity {}.\n  Known: error, warning, note."),
        ("\nseverity:\n  SG307: note", "profile.yaml:3: There is no diagnostic 'SG307'.\n  Nearest: SG306, "),
        ("ignore: SG306", "profile.yaml:1: This is a list.\n  Begin each entry with `- id: …`."),
        (
            "ignore:\n  - id: SG306",
            "profile.yaml:2: There is no reason.\n  Say in `reason:` why this is right; every report tells it.",
        ),
        ("ignore:\n  - {id: SG306, reason: ' '}",
         "profile.yaml:2: There is no reason.\n  Say in `reason:` why this is right; every report tells it."),
        ("ignore:\n  - {reason: so}", "profile.yaml:2: There is no id.\n  Say which diagnostics it is about: `id: SG306`."),
        ("ignore:\n  - {id: [1], reason: so}", "profile.yaml:2: There is no diagnostic [1].\n  Known: "),
        (
            "suppress:\n  - {id: SG306, reason: so}",
            "profile.yaml:2: This would keep back everything of its kind.\n  "
         "Add `subject:` or `file:`, or list the id below `ignore:`.",
        ),
        ("suppress:\n  - {id: SG306, file: x, reason: so, until: soon}",
         "profile.yaml:2: 'soon' is no day.\n  Write it as 2027-03-31."),
        ("suppress:\n  - {id: SG306, file: [x], reason: so}",
         "profile.yaml:2: This is no pattern.\n  Write a CURIE or path, `*` for any characters."),
        ("suppress:\n  - {id: SG306, fil: x, reason: so}",
         "profile.yaml:2: A suppression has no 'fil'; did you mean 'file'?\n  Use id, subject, file, reason, until."),
        ("vocabulary: {terms: [no iri]}", "profile.yaml:1: 'no iri' is no IRI.\n  Write it in full: https://…."),
        ("vocabulary: {terms: x}", "profile.yaml:1: This is a list of names.\n  Write [name, name]."),
        ("ignore: [",
         "profile.yaml: line 2, column 1: This is not YAML: did not find expected node content.\n"),
        ("ignore: []\nignore: []", "profile.yaml: line 2, column 1: 'ignore' stands more than once in one object.\n"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_its_line(file: Path, text: str, said: str) -> None:
    with pytest.raises(ProfileError) as refused:
        read(file, text)
    assert str(refused.value).startswith(said)
    assert said.endswith(("\n", ": ", ", ")) or str(refused.value) == said


def test_a_profile_that_is_not_there(file: Path) -> None:
    with pytest.raises(ProfileError, match=r"profile\.yaml cannot be read: No such file"):
        read_profile(file)


def test_the_catalogue_has_every_id_that_profiles_report() -> None:
    assert {"SG001", "SG002", "SG003"} <= set(CATALOGUE)
    assert {id_[2] for id_ in CATALOGUE} <= set(GROUPS)


def test_content_may_bring_its_own_profile(tmp_path: Path) -> None:
    (shipped,) = own_profiles(None)
    assert {rule.id for rule in read_profile(shipped).suppress} == {"SG910"}
    assert own_profiles([tmp_path]) == ()
    assert own_judgement([tmp_path]) == Profile()
    for folder in (tmp_path / "authoring", tmp_path / "shapes" / "authoring"):
        folder.mkdir(parents=True)
        (folder / "profile.yaml").write_text("severity: {}\n", encoding="utf-8")
        assert own_profiles([tmp_path]) == (folder / "profile.yaml",)


def test_profiles_of_several_packages_count_together_in_any_order(tmp_path: Path) -> None:
    """That of whichever folder was named first judged both."""
    texts = {
        "one": "severity: {SG306: note}\nvocabulary: {namespaces: ['https://example.org/one/']}\n",
        "two": "severity: {SG207: note}\nignore:\n  - {id: SG205, reason: Names are as they are.}\n",
    }
    folders = [tmp_path / name for name in texts]
    for folder in folders:
        (folder / "shapes" / "authoring").mkdir(parents=True)
        (folder / "shapes" / "authoring" / "profile.yaml").write_text(texts[folder.name], encoding="utf-8")
    joined = own_judgement(folders)
    assert joined == own_judgement(folders[::-1])
    assert joined.severity == {"SG306": "note", "SG207": "note"}
    assert (tuple(joined.ignore), joined.namespaces) == (("SG205",), ("https://example.org/one/",))
    (folders[1] / "shapes" / "authoring" / "profile.yaml").write_text("severity: {SG306: error}\n", encoding="utf-8")
    for order in (folders, folders[::-1]):
        with pytest.raises(ProfileError, match="SG306 is error here, and note in the profile of another package"):
            own_judgement(order)
