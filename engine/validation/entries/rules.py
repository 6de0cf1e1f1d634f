"""Group 6: criteria and rules."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

RULE_ENTRIES = (
    Entry(
        id="SG601",
        name="outside-profile",
        severity="error",
        title="A criterion lies outside the profile",
        why="It would mean one thing here and another in a SHACL engine, or would never hold.",
        mend="Use the constraints of docs/modelling.md; there is no sh:not, absence has to be recorded.",
    ),
    Entry(
        id="SG602",
        name="circular",
        severity="error",
        title="A criterion or a rule depends on itself",
        why="Whether it holds cannot be computed, only assumed.",
        mend="Break the circle.",
    ),
    Entry(
        id="SG603",
        name="wrong-order",
        severity="error",
        title="sh:order lets a rule run before what it depends on",
        why="A SHACL engine that runs rules by sh:order would miss conclusions that this engine draws.",
        mend="Give it a greater sh:order: 10 derived findings, 20 and above assessments, 30 everything else.",
    ),
    Entry(
        id="SG604",
        name="takes-back",
        severity="error",
        title="Learning more could take a conclusion back",
        why="Advice that was given would vanish when something else is recorded.",
        mend="Only assessments, gaps and recommendations to assess may use core:unassessed; use core:absent.",
    ),
    Entry(
        id="SG605",
        name="unattached-rule",
        severity="error",
        title="A rule is not attached to the shape of its order",
        why="No other SHACL engine would ever run it, or would run it in the wrong place.",
        mend="Add it to sh:rule of shape:RulesOfOrderN (sh:targetClass core:Case ; sh:order N), N being its sh:order.",
    ),
    Entry(
        id="SG606",
        name="incomplete-rule",
        severity="error",
        title="A rule is not whole",
        why="The rule cannot be applied as it stands.",
        mend="See docs/modelling.md for what each kind of rule needs.",
    ),
    Entry(
        id="SG607",
        name="derived-twice",
        severity="error",
        title="Two rules derive the same finding",
        why="One could say that it is absent where the other says that it is present.",
        mend="Join the two criteria with sh:or in one rule.",
    ),
    Entry(
        id="SG608",
        name="unused-shape",
        severity="warning",
        title="A named shape is used by no rule",
        why="The criterion was written to matter and does not.",
        mend="Refer to it by sh:condition or sh:node, or drop it.",
    ),
    Entry(
        id="SG609",
        name="override-of-nothing",
        severity="error",
        title="A rule acts on something that is no recommendation, or on itself",
        why="The advice that should have been displaced or left open stands as if nothing were said.",
        mend="Name the recommendation that is meant.",
    ),
)
