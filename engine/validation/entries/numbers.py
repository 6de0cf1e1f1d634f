"""Group 8: numbers, units, mappings."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

NUMBER_ENTRIES = (
    Entry(
        id="SG801",
        name="unknown-unit",
        severity="error",
        title="A unit is not a UCUM code",
        why="Who sends a value cannot know in which unit, and a value in the wrong one decides wrongly.",
        mend="Use a UCUM code: a year is a, a week wk, a degree Celsius Cel, millimetres in an hour mm/h.",
    ),
    Entry(
        id="SG802",
        name="impossible-range",
        severity="error",
        title="A range holds no value",
        why="No value is possible, or all are: wrong values would not be refused.",
        mend="Put the smaller number first.",
    ),
    Entry(
        id="SG803",
        name="threshold-outside-range",
        severity="error",
        title="A threshold lies where the measurement has no values",
        why="The criterion always holds or never does: probably a wrong number or another unit.",
        mend="Correct the threshold, or the possible range of the measurement.",
    ),
    Entry(
        id="SG804",
        name="malformed-mapping",
        severity="error",
        title="A mapping table or a row of it is not SSSOM",
        why="A row that is misread maps a patient's code to the wrong concept, or not at all.",
        mend="Write SSSOM: a YAML head in lines with #, then a table with tabs; see docs/terminologies.md.",
    ),
    Entry(
        id="SG805",
        name="mapping-of-nothing",
        severity="error",
        title="A mapping is about something that does not exist",
        why="The code is known to the table but decides nothing.",
        mend="Mend the name of the subject.",
    ),
    Entry(
        id="SG806",
        name="ambiguous-mapping",
        severity="error",
        title="A code is mapped twice",
        why="A case that uses the code could mean either concept; such a code is not taken at all.",
        mend="Keep one skos:exactMatch for each code; use skos:closeMatch, broadMatch or narrowMatch for the others.",
    ),
    Entry(
        id="SG807",
        name="unjustified-mapping",
        severity="error",
        title="A mapping does not say on what grounds it was made",
        why="Nobody can tell a terminologist's judgement from a guess of a program.",
        mend="Give mapping_justification a SEMAPV term, such as semapv:ManualMappingCuration, and confidence a number up to 1.",
    ),
    Entry(
        id="SG808",
        name="disagreeing-range",
        severity="error",
        title="Two ranges of one measurement",
        why="A value that one of them takes is refused by the other: which cases can be decided depends on how they are sent.",
        mend="Give core:minimum and core:maximum of the measurement and the bounds of the shape on cases the same numbers.",
    ),
    Entry(
        id="SG809",
        name="unit-unlike-code",
        severity="error",
        title="The code of a measurement names another unit",
        why="Who sends a value reads its unit off the code, and the value would be taken for something else.",
        mend="Correct core:unit, or give the measurement a code that names its unit.",
    ),
)
