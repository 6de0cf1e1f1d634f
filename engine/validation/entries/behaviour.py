"""Diagnostics of group 9: what the rules do to patients, proven over all consistent records."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

BEHAVIOUR_ENTRIES: tuple[Entry, ...] = (
    Entry(
        id="SG901",
        name="opposite-directions",
        severity="error",
        title="For and against the same intervention, for one patient",
        why="A patient gets both answers at once, and nothing tells which of them counts.",
        mend="Let the stronger rule override the other (core:overrides), narrow one of the criteria, or declare a core:Tension "
        "in which both take a position.",
    ),
    Entry(
        id="SG902",
        name="idle-override",
        severity="warning",
        title="An override that never acts",
        why="It displaces nothing for anybody, yet its unknown facts can keep the other recommendation provisional.",
        mend="Remove the override, or mend the criterion that keeps the two rules apart.",
    ),
    Entry(
        id="SG903",
        name="idle-tension",
        severity="warning",
        title="A tension or gap that never matters",
        why="What is declared as disagreement or as open is never shown to anybody whom it concerns.",
        mend="Mend the criterion so that it holds where the positions meet, or remove what is never reached.",
    ),
    Entry(
        id="SG904",
        name="never-holds",
        severity="error",
        title="A rule that no patient can meet",
        why="The statement behind it reaches nobody.",
        mend="Look for a finding that has to be present and absent at once, or ranges of a measurement that exclude each other.",
    ),
    Entry(
        id="SG905",
        name="always-holds",
        severity="warning",
        title="A criterion that is met by everybody in scope",
        why="It looks like a condition and is none: everybody gets the conclusion.",
        mend="Drop the criterion and let the scope stand alone, or write the criterion that is meant.",
    ),
    Entry(
        id="SG906",
        name="shadowed",
        severity="warning",
        title="A recommendation that nobody is ever told",
        why="It is overridden, or the patient excluded, whenever it holds: the statement behind it never reaches anybody.",
        mend="Narrow the rules that override it, or remove it and say why its passage is not modelled.",
    ),
    Entry(
        id="SG907",
        name="threshold-gap",
        severity="warning",
        title="A value that falls between two rules",
        why="A patient with exactly this value gets neither conclusion.",
        mend="Let one of the two ranges include its bound (sh:minInclusive, sh:maxInclusive), or let the ranges meet.",
    ),
    Entry(
        id="SG908",
        name="threshold-overlap",
        severity="warning",
        title="A value that two alternatives both take",
        why="A patient with exactly this value gets both conclusions, though they are alternatives.",
        mend="Let one of the two ranges exclude its bound (sh:minExclusive, sh:maxExclusive), or let the ranges meet.",
    ),
    Entry(
        id="SG909",
        name="assessments-disagree",
        severity="warning",
        title="One source suspects what another rules out",
        why="The suspicion counts (ADR 2), but a reader of the other source would not expect it, and nothing tells him.",
        mend="Declare a core:Tension whose positions cite a passage of each of the two assessments.",
    ),
    Entry(
        id="SG910",
        name="said-twice",
        severity="note",
        title="Another rule always says the same, or more",
        why="A reader is told one thing twice; or the criterion lacks what should tell the two statements apart.",
        mend="Join the two rules, or mend the criterion; where the source says it twice, keep both and say so in the profile.",
    ),
    Entry(
        id="SG911",
        name="circular-override",
        severity="error",
        title="Recommendations that displace each other",
        why="A patient for whom all of them hold is told none of them.",
        mend="Take one of the overrides out, or narrow the criteria until no patient meets all of them.",
    ),
)
