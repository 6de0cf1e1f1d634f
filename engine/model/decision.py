"""A case and what is decided about it: field for field the JSON contract of `POST /v1/decisions` (design section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, UnsetType, field
from spinegraph.engine.model.account import InputAccount
from spinegraph.engine.model.base import Direction, Frozen, Modality, Truth, Urgency, doc
from spinegraph.engine.model.brief import Brief, ReturnSign
from spinegraph.engine.model.shown import Choice, CitedPassage, KnowledgeVersion, ShownLanguage, ShownScreen
from spinegraph.engine.model.statements import Doses, IfChosen, NextDue, Preference, ShownEvidence, ShownGrade
from spinegraph.engine.model.verdict import Verdict

Audience = Literal["clinician", "patient"]
AssessmentVerdict = Literal["suspected", "not-suspected", "undetermined", "conflicting", "out-of-scope"]
FactState = Literal["present", "absent", "unknown", "contradictory", "known"]
FactBasis = Literal["given", "derived", "not-assessed"]
NoticeCode = Literal[
    "contradictory-input", "ignored-input", "out-of-scope", "source-gap", "review-pending", "inferred-citation", "stale-passage",
    "no-usable-member", "deprecated-code", "record-in-part",
]  # fmt: skip
IgnoredReason = Literal["unknown-code", "deprecated-code", "older-entry", "before-a-sign", "no-rule"]

Iri = Annotated[str, doc("Its IRI, at which the service describes it.")]
Label = Annotated[str, doc("Its name in the words of the audience.")]
PassageIds = Annotated[tuple[str, ...], doc("Ids of the passages of the sources that state it, such as 000-L033a.")]
Missing = Annotated[tuple[str, ...], doc("Codes of the unknown facts that some answer to the others makes decisive.")]


CaseValue = float | str
"""A measured number, or the code of a coded value."""


class IgnoredInput(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """An entry of a request that was understood in part or not at all, and decides nothing."""

    member: Annotated[str, doc("The member of the request that it stands in, such as `present`.")]
    code: Annotated[str, doc("Its code; where that is not known, as it was sent.")]
    reason: Annotated[
        IgnoredReason,
        doc(
            "The code is not known; it is deprecated, and nothing replaces it; a later entry of the same code counts; an act is "
            "older than a sign that is present; no rule asks for it."
        ),
    ]
    at: Annotated[str, doc("Its date, where it has one.")] = ""
    value: Annotated[float | None, doc("Of a measurement: its value, in the unit that the code names.")] = None
    choice: Annotated[str, doc("Of a coded value: its code.")] = ""
    nearest: Annotated[
        tuple[str, ...], doc("Of an unknown code: the nearest known ones; of a deprecated one: what to consider.")
    ] = ()


class DatedEntry(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """An entry of a request beside the one that counts, which rules ask about by its date."""

    at: Annotated[str, doc("Its date.")]
    value: Annotated[float | None, doc("Of a measurement: its value, in the unit that the code names.")] = None


class Case(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """One patient at one moment, in sorted codes; the same finding may be on both sides (shown as a conflict).

    The first four members are always written (a default that is made by a function is not left out), the others only where
    there is something in them.
    """

    present: Annotated[
        tuple[str, ...], doc("Codes of findings that are recorded present; also what is done or taken and rules ask about.")
    ] = field(default_factory=lambda: ())
    absent: Annotated[
        tuple[str, ...], doc("Codes of findings that are recorded absent, likewise; what is in neither list is unknown.")
    ] = field(default_factory=lambda: ())
    measurements: Annotated[
        Mapping[str, float], doc("Values by the code of the measurement, in the unit that the code names.")
    ] = field(default_factory=lambda: {})  # noqa: PIE807
    audience: Annotated[Audience, doc("For whom the words of the answer are meant.")] = field(default_factory=lambda: "clinician")
    performed: Annotated[tuple[str, ...], doc("Codes of interventions that were done already.")] = ()
    taking: Annotated[tuple[str, ...], doc("Codes of interventions that the patient takes.")] = ()
    coded: Annotated[Mapping[str, str], doc("Codes of coded values by name, such as `sex`.")] = {}
    birth_date: Annotated[str, doc("Date of birth, from which the age at `as_of` follows.")] = ""
    as_of: Annotated[str, doc("The moment of the case; dates after it are refused.")] = ""
    dates: Annotated[
        Mapping[str, Mapping[str, str]], doc("By member of the case, then by code: the date of the entry that counts.")
    ] = {}
    earlier: Annotated[
        Mapping[str, Mapping[str, tuple[DatedEntry, ...]]],
        doc("By member of the case, then by code: the dated entries beside the one that counts, where rules ask about dates."),
    ] = {}
    not_performed: Annotated[tuple[str, ...], doc("Codes of interventions that are recorded as not done.")] = ()
    not_taking: Annotated[tuple[str, ...], doc("Codes of interventions that are recorded as not taken.")] = ()
    ignored: Annotated[tuple[IgnoredInput, ...], doc("Entries of the request that decide nothing.")] = ()
    language: Annotated[str, doc("The language of the words of the answer, where it is not English.")] = ""
    replaced: Annotated[
        Mapping[str, str], doc("Deprecated codes as they were sent, each with the code that replaces it and was decided.")
    ] = {}

    @property
    def values(self) -> Mapping[str, CaseValue]:
        """Measured numbers and coded values together, by code."""
        return {**self.measurements, **self.coded} if self.coded else self.measurements


class Fact(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """What a leaf of a proof rests on: the state of a finding, or a value, and how it is known.

    `basis`: given | derived | not-assessed. `through`: the codes of the findings that were given, or ids of rules.
    """

    code: Annotated[str, doc("Code of the finding or of the measurement, or name of the coded value.")]
    state: Annotated[
        FactState, doc("`known` of a measurement or a coded value; `contradictory` of a finding recorded both ways.")
    ]
    basis: Annotated[FactBasis, doc("How it is known.")]
    value: Annotated[float | None, doc("The value of a measurement.")] = None
    choice: Annotated[str, doc("The code of a coded value.")] = ""
    at: Annotated[str, doc("Of what rules ask about by its date: that date.")] = ""
    through: Annotated[tuple[str, ...], doc("Codes of the given findings, or ids of the rules, from which it is derived.")] = ()


class Tally(Frozen, frozen=True, kw_only=True):
    """What a score comes to: one sum, or the least and the greatest that its unknown items leave."""

    code: Annotated[str, doc("Code of the score.")]
    least: Annotated[float, doc("The sum at least, whatever is unknown.")]
    greatest: Annotated[float, doc("The sum at most, whatever is unknown.")]
    lowest: Annotated[float, doc("The least sum that anybody can have.")]
    highest: Annotated[float, doc("The greatest sum that anybody can have.")]


class Proof(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """A node of an explanation: the criterion, its truth, the fact used or the children, and the passages that state it."""

    iri: Annotated[str, doc("IRI of the rule or of the shape; empty for a part without one.")] = ""
    label: Annotated[str, doc("The criterion in words.")] = ""
    operator: Annotated[str, doc("What kind of criterion it is: `present`, `and`, `at-least`, `rule` and so on.")] = ""
    truth: Annotated[Truth, doc("Whether it holds, from what is known.")]
    fact: Annotated[Fact | None, doc("Of a leaf: the fact that was used.")] = None
    passages: PassageIds = ()
    children: Annotated[tuple[Proof, ...], doc("The parts on which it rests.")] = ()
    points: Annotated[float | None, doc("Of an item of a score: the points that it gives while it holds.")] = None
    tally: Annotated[Tally | None, doc("Of a score: what it comes to.")] = None


class Range(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """Values of a measurement, in the unit that its code names; without a bound on a side it is open there."""

    minimum: Annotated[float | None, doc("The least value.")] = None
    exclusive_minimum: Annotated[float | None, doc("Every value is above this.")] = None
    maximum: Annotated[float | None, doc("The greatest value.")] = None
    exclusive_maximum: Annotated[float | None, doc("Every value is below this.")] = None


class Change(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """One fact changed: a finding to "present", "absent" or (either) "assessed", a measurement to a range such as "> 50", a coded
    value to one of some."""

    code: Annotated[str, doc("Code of the finding or of the measurement, or name of the coded value.")]
    to: Annotated[str, doc("`present`, `absent`, `assessed` (either), a range such as `> 50`, or coded values in words.")]
    ranges: Annotated[tuple[Range, ...], doc("Of a measurement: the values that are meant, in any of these ranges.")] = ()
    choices: Annotated[tuple[str, ...], doc("Of a coded value: the codes that are meant, any of them.")] = ()


class ShortAssessment(Frozen, frozen=True, kw_only=True):
    """The assessment of a condition: its verdict, and the passages that carry it."""

    condition: Annotated[str, doc("Code of the condition.")]
    label: Label
    verdict: Annotated[AssessmentVerdict, doc("Whether the condition is suspected.")]
    passages: PassageIds


class AssessedCondition(ShortAssessment, frozen=True, kw_only=True):
    """The same with its proof, and the facts that would settle it."""

    iri: Iri
    missing: Missing
    explanation: Annotated[Proof, doc("The proof of the verdict.")]


class ShownRecommendation(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """The result for a recommendation in short; one that is undetermined has only its label, and what would settle it."""

    id: Annotated[str, doc("Id of the rule: the local name of its IRI.")]
    label: Label
    verdict: Annotated[Verdict, doc("What becomes of it for this patient; not there while it is undetermined.")] | UnsetType = (
        UNSET
    )
    missing: Missing = ()
    more_missing: Annotated[int, doc("How many more facts are missing, in the short view.")] = 0
    iri: Annotated[str, doc("Its IRI, at which the service describes it.")] = ""
    text: Annotated[str, doc("What the recommendation says, in the words of the audience.")] = ""
    direction: Annotated[Direction, doc("Whether the intervention is recommended or advised against.")] | UnsetType = UNSET
    intervention: Annotated[str, doc("Code of the intervention.")] = ""
    modality: Annotated[Modality, doc("How binding the source words it.")] | UnsetType = UNSET
    urgency: Annotated[Urgency, doc("The grade that the source gives it.")] | UnsetType = UNSET
    timing: Annotated[str, doc("When it is to be done, in the words of the source; empty where it names no time.")] = ""
    source: Annotated[str, doc("Number of the document.")] = ""
    passages: PassageIds = ()
    citations: Annotated[tuple[int, ...], doc("Numbers of the references, as the source prints them.")] = ()
    overrides: Annotated[tuple[str, ...], doc("Ids of the rules that it displaces.")] = ()
    overridden_by: Annotated[tuple[str, ...], doc("Ids of the rules that displace it here.")] = ()
    left_open_by: Annotated[
        tuple[str, ...], doc("Ids of the gaps and tensions, and codes of the contraindications, that keep it provisional.")
    ] = ()
    flips: Annotated[tuple[tuple[Change, ...], ...], doc("Where `explain` names it: the smallest changes of its verdict.")] = ()
    flips_complete: Annotated[bool, doc("Where `explain` names it: whether these are all.")] | UnsetType = UNSET
    explanation: Annotated[Proof, doc("Where `explain` names it: the proof of its verdict.")] | UnsetType = UNSET
    strength: ShownGrade | UnsetType = UNSET
    certainty: ShownEvidence | UnsetType = UNSET
    dose: Doses | UnsetType = UNSET
    due: NextDue | UnsetType = UNSET
    preference: Preference | UnsetType = UNSET
    if_chosen: IfChosen | UnsetType = UNSET


class DecidedRecommendation(Frozen, frozen=True, kw_only=True):
    """The result for a recommendation: verdict, what displaces it or leaves it open, what would settle or change it, proof."""

    id: Annotated[str, doc("Id of the rule: the local name of its IRI.")]
    iri: Iri
    label: Label
    text: Annotated[str, doc("What the recommendation says, in the words of the audience.")]
    direction: Annotated[Direction, doc("Whether the intervention is recommended or advised against.")]
    intervention: Annotated[str, doc("Code of the intervention.")]
    modality: Annotated[Modality, doc("How binding the source words it.")]
    verdict: Annotated[Verdict, doc("What becomes of the recommendation for this patient.")]
    urgency: Annotated[Urgency, doc("The grade that the source gives it.")]
    timing: Annotated[str, doc("When it is to be done, in the words of the source; empty where it names no time.")]
    source: Annotated[str, doc("Number of the document.")]
    passages: PassageIds
    citations: Annotated[tuple[int, ...], doc("Numbers of the references, as the source prints them.")]
    overrides: Annotated[tuple[str, ...], doc("Ids of the rules that it displaces.")]
    overridden_by: Annotated[tuple[str, ...], doc("Ids of the rules that displace it here.")]
    left_open_by: Annotated[
        tuple[str, ...], doc("Ids of the gaps and tensions, and codes of the contraindications, that keep it provisional.")
    ]
    missing: Missing
    flips: Annotated[tuple[tuple[Change, ...], ...], doc("Smallest sets of changes after which the verdict is another one.")]
    flips_complete: Annotated[bool, doc("Whether these are all; false where the search ended before it had tried everything.")]
    explanation: Annotated[Proof, doc("The proof of the verdict.")]
    strength: ShownGrade | UnsetType = UNSET
    certainty: ShownEvidence | UnsetType = UNSET
    dose: Doses | UnsetType = UNSET
    due: NextDue | UnsetType = UNSET
    preference: Preference | UnsetType = UNSET
    if_chosen: IfChosen | UnsetType = UNSET


class Question(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A fact to ask for: its code, how to ask, why, and the ids of the rules that it can settle."""

    finding: Annotated[str, doc("Code of the finding or of the measurement to ask for, or name of the coded value.")]
    label: Label
    question: Annotated[str, doc("How to ask, in the words of the audience.")]
    why: Annotated[str, doc("What the answer can change.")]
    settles: Annotated[tuple[str, ...], doc("Ids of the rules whose verdict some answer changes.")]
    passages: PassageIds
    choices: Annotated[tuple[Choice, ...], doc("Of a coded value: what can be chosen.")] = ()


class ShownPosition(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One side of a shown tension, with the verdict of its recommendation in this case."""

    label: Annotated[str, doc("The position in words.")]
    recommendation: Annotated[str, doc("Id of the recommendation that takes it; empty where none does.")]
    verdict: Annotated[str, doc("Verdict of that recommendation in this case; empty where there is none.")]
    passages: PassageIds = ()


class ShownTension(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A disagreement of the sources that this case touches. In the short view it has positions where it reaches the brief."""

    id: Annotated[str, doc("Id of the tension, such as C01.")]
    iri: Annotated[str, doc("Its IRI, at which the service describes it; not in the short view.")] = ""
    label: Label
    handling: Annotated[str, doc("How it is handled, and why; not in the short view.")] = ""
    positions: Annotated[tuple[ShownPosition, ...], doc("The positions, side by side.")] = ()


class Notice(Frozen, frozen=True, kw_only=True):
    """Something to know besides the verdicts; `about` names codes, rules, passages or sources."""

    code: Annotated[NoticeCode, doc("What kind of notice it is.")]
    message: Annotated[str, doc("The notice in words.")]
    about: Annotated[tuple[str, ...], doc("Codes, ids of rules or passages, or numbers of sources that it is about.")]


class BriefAnswer(Frozen, frozen=True, kw_only=True):
    """The answer to a case on one screen. `id` is the SHA-256 of case and knowledge: same input, same knowledge, same id."""

    id: Annotated[str, doc("SHA-256 of case and knowledge: the same input and the same knowledge have the same id.")]
    knowledge: Annotated[KnowledgeVersion, doc("The knowledge that it rests on.")]
    case: Annotated[Case, doc("The case as it was understood, in sorted codes.")]
    brief: Annotated[Brief, doc("What it comes to, on one screen.")]
    verdicts: (
        Annotated[Mapping[str, Verdict], doc("Where `verdicts` asks for it: the verdict of every recommendation, by its id.")]
        | UnsetType
    ) = UNSET
    return_signs: (
        Annotated[
            tuple[ReturnSign, ...],
            doc("Where `return_signs` asks for it: what was denied and is a reason to come back, the most urgent first."),
        ]
        | UnsetType
    ) = UNSET
    language: (
        Annotated[ShownLanguage, doc("Of an answer that is not in English: its language, and what of it is English.")] | UnsetType
    ) = UNSET
    input: (
        Annotated[InputAccount, doc("Of a record that was sent, such as a FHIR Bundle: what became of all that stands in it.")]
        | UnsetType
    ) = UNSET


class WholeAnswer(BriefAnswer, frozen=True, kw_only=True):
    """What the short and the full view have in common."""

    screens: Annotated[tuple[ShownScreen, ...], doc("What is still to be asked, the most dangerous first.")]
    tensions: Annotated[tuple[ShownTension, ...], doc("Disagreements of the sources that this case touches.")]
    notices: Annotated[
        tuple[Notice, ...], doc("What else to know: contradictions, scope, gaps of the sources, their review status.")
    ]
    passages: Annotated[Mapping[str, CitedPassage], doc("Id → each passage that the lines of the brief rest on.")]
    disclaimer: Annotated[str, doc("What the answer is not.")]


class Answer(WholeAnswer, frozen=True, kw_only=True):
    """The answer with what is asked, what it rests on, and what else can be done; proofs come with `explain`."""

    assessments: Annotated[tuple[ShortAssessment, ...], doc("What is said of each condition of which something is known.")]
    recommendations: Annotated[
        tuple[ShownRecommendation, ...],
        doc("Those that can stand in a brief and apply or are set aside, and those that can still enter this one."),
    ]
    further: Annotated[int, doc("How many more apply or may apply and do not reach the brief; `full` has them.")]


class Decision(WholeAnswer, frozen=True, kw_only=True):
    """The whole answer: every verdict asked for, with its proof and what would change it."""

    assessments: Annotated[tuple[AssessedCondition, ...], doc("What is said of each condition.")]
    recommendations: Annotated[
        tuple[DecidedRecommendation, ...], doc("The recommendations that apply or may apply; `full` has every one.")
    ]
    questions: Annotated[tuple[Question, ...], doc("Facts to ask for that can still change a verdict, the most dangerous first.")]
