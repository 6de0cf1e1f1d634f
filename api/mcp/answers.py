"""What the tools answer: each with the review status of the documents and the disclaimer."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model import (
    Change,
    Direction,
    Frozen,
    Level,
    Modality,
    OpenScreens,
    ShownTension,
    SourceState,
    Truth,
    Urgency,
    Verdict,
    doc,
)
from spinegraph.engine.model.shown import Choice, ShownPassage, ShownScreen

Place = Literal["present", "absent", "measurements", "coded", "performed", "taking", "not_performed", "not_taking"]
Matched = Literal["all", "some", "none"]
Label = Annotated[str, doc("Its name in the words of the audience.")]
PassageIds = Annotated[tuple[str, ...], doc("Ids of the passages that state it; each is the resource spinegraph://passage/ID.")]


class Stated(Frozen, frozen=True, kw_only=True):
    """A passage beside an answer that rests on it; its resource has the rest, such as what it cites."""

    paraphrase: Annotated[str, doc("What the document states, in our words, for clinicians.")]
    source: Annotated[str, doc("Number of the document.")]


Passages = Annotated[dict[str, Stated], doc("Id → passage; empty for patients, to whom these are no words.")]


class Attributed(Frozen, frozen=True, kw_only=True):
    """What every answer says of itself."""

    sources: Annotated[tuple[SourceState, ...], doc("The documents with their review status as printed: repeat it.")]
    disclaimer: Annotated[str, doc("What the answer is not: repeat it.")]


class FoundCode(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A code, and where a case may have it."""

    code: Annotated[str, doc("The code, or the id of a rule.")]
    kind: Annotated[str, doc("What kind of thing it is.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    patient_label: Annotated[str, doc("Its name for patients.")] = ""
    definition: Annotated[str, doc("What it means or says.")] = ""
    goes_in: Annotated[
        tuple[Place, ...], doc("Members of a case that may have it; none of what is only concluded or looked up.")
    ] = ()
    unit: Annotated[str, doc("Of a measurement: the unit of a plain number, in UCUM.")] = ""
    minimum: Annotated[float | None, doc("Of a measurement: the least possible value.")] = None
    maximum: Annotated[float | None, doc("Of a measurement: the greatest possible value.")] = None
    choices: Annotated[tuple[Choice, ...], doc("Of a coded value: what it can be.")] = ()


class FoundCodes(Attributed, frozen=True, kw_only=True):
    """Codes that were found, the best match first."""

    matched: Annotated[Matched, doc("Whether they have all the words, or, where nothing has all, some of them.")]
    total: Annotated[int, doc("How many were found, also beyond the limit.")]
    found: Annotated[tuple[FoundCode, ...], doc("The best of them.")]
    nearest: Annotated[tuple[str, ...], doc("Where nothing has a word: codes that are spelt alike.")]


class NextScreen(Attributed, frozen=True, kw_only=True):
    """What to ask next."""

    level: Annotated[Level, doc("How urgent the case is by what is known.")]
    headline: Annotated[str, doc("The one thing to do by what is known.")]
    settled: Annotated[bool, doc("Whether no combination of answers changes level, do or avoid: then there is no need to ask.")]
    level_final: Annotated[bool, doc("Whether no combination of answers lowers the level.")]
    open: Annotated[OpenScreens, doc("How many screens are open.")]
    screen: Annotated[ShownScreen | None, doc("The screen to ask; null where no answer changes the brief.")]
    recording: Annotated[str, doc("How its answers go into the case.")]


class Step(Frozen, frozen=True, kw_only=True):
    """One line of a proof; what it rests on follows it, one deeper."""

    depth: Annotated[int, doc("How deep it stands, from 0.")]
    text: Annotated[str, doc("The criterion, and of a fact its state, in words.")]
    truth: Annotated[Truth, doc("Whether it holds, from what is known.")]
    passages: PassageIds


class Explanation(Attributed, frozen=True, kw_only=True):
    """Why a recommendation came out as it did, and what would change it."""

    recommendation: Annotated[str, doc("Its id.")]
    label: Label
    text: Annotated[str, doc("What it says, in the words of the audience.")]
    verdict: Annotated[Verdict, doc("What becomes of it for this patient.")]
    direction: Annotated[Direction, doc("Whether the intervention is recommended or advised against.")]
    modality: Annotated[Modality, doc("How binding the source words it.")]
    urgency: Annotated[Urgency, doc("The grade that the source gives it.")]
    source: Annotated[str, doc("Number of the document.")]
    proof: Annotated[tuple[Step, ...], doc("What makes the verdict what it is: true parts, or what is missing or refuted.")]
    overridden_by: Annotated[tuple[str, ...], doc("Ids of the rules that displace it here.")]
    left_open_by: Annotated[tuple[str, ...], doc("Ids of the gaps and tensions, and codes, that keep it provisional.")]
    missing: Annotated[tuple[str, ...], doc("Codes of the unknown facts that would settle it.")]
    changes_if: Annotated[
        tuple[tuple[Change, ...], ...], doc("Smallest sets of changed facts after which the verdict is another one.")
    ]
    changes_complete: Annotated[bool, doc("Whether these are all.")]
    passage_ids: PassageIds
    passages: Passages


class Outcome(Frozen, frozen=True, kw_only=True):
    """What a case comes to, in short."""

    level: Annotated[Level, doc("How urgent it is.")]
    headline: Annotated[str, doc("The one thing to do.")]
    do: Annotated[tuple[str, ...], doc("What to do.")]
    avoid: Annotated[tuple[str, ...], doc("What not to do.")]
    settled: Annotated[bool, doc("Whether no combination of answers changes level, do or avoid.")]


class ChangedFact(Frozen, frozen=True, kw_only=True):
    """A fact that the two cases record otherwise."""

    member: Annotated[str, doc("The member of the case.")]
    code: Annotated[str, doc("Its code.")]
    label: Label
    before: Annotated[str, doc("How the first case records it; `unknown` where it does not.")]
    after: Annotated[str, doc("How the second case records it; `unknown` where it does not.")]


class ChangedVerdict(Frozen, frozen=True, kw_only=True):
    """A recommendation whose verdict is another one in the second case."""

    recommendation: Annotated[str, doc("Its id, for `explain`.")]
    label: Label
    before: Annotated[Verdict, doc("Its verdict in the first case.")]
    after: Annotated[Verdict, doc("Its verdict in the second case.")]


class Comparison(Attributed, frozen=True, kw_only=True):
    """Two cases, and what the change of facts does."""

    facts: Annotated[tuple[ChangedFact, ...], doc("What the cases record otherwise.")]
    before: Annotated[Outcome, doc("What the first case comes to.")]
    after: Annotated[Outcome, doc("What the second case comes to.")]
    verdicts: Annotated[tuple[ChangedVerdict, ...], doc("Changed verdicts, the most urgent recommendations first.")]
    further: Annotated[int, doc("How many more verdicts change.")]


class Tensions(Attributed, frozen=True, kw_only=True):
    """Where the documents disagree about this patient."""

    tensions: Annotated[tuple[ShownTension, ...], doc("The disagreements, every position side by side; none is taken.")]
    passages: Passages


class QueryAnswer(Attributed, frozen=True, kw_only=True):
    """The answer to a query, as the SPARQL endpoint writes it."""

    kind: Annotated[str, doc("The form of the query: SELECT, ASK, or CONSTRUCT or DESCRIBE.")]
    media_type: Annotated[str, doc("Rows of a SELECT are TSV, ASK is SPARQL results JSON, a graph is Turtle.")]
    answer: Annotated[str, doc("The answer, whole.")]


class PassageContent(Attributed, frozen=True, kw_only=True):
    """A passage of a document, with its neighbours."""

    passage: Annotated[ShownPassage, doc("What the document states there, in our words.")]
    neighbours: Annotated[tuple[ShownPassage, ...], doc("The passage before it and the one after it.")]
