"""Tables of random patients, made a column at a time; contradictory ones are among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from spinegraph.engine import Engine, Knowledge, load_knowledge, make_codebook
from spinegraph.engine.decide.facts import possible_values
from spinegraph.engine.decide.level import LEVELS, level_of
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import VERDICTS, Case, Measured
from spinegraph.engine.population.columns import Columns, Wanted, read_columns
from spinegraph.engine.population.encoding import Encoded, PopulationEncoder, unpacked, values_of
from spinegraph.engine.population.outcomes import Decoder, Outcome, PopulationProgram, asked_of, summed
from spinegraph.engine.population.rows import RowReader
from spinegraph.engine.program.program import Program

LEANINGS = np.array([[0.4, 0.4], [0.07, 0.86], [0.22, 0.67], [0.08, 0.08], [0.02, 0.97], [0.5, 0.2]])
"""How often a finding is present and absent in patients of some kinds: screens that need many absences are completed, too."""


def all_packages() -> Knowledge:
    """What comes with the tool, all packages of it together."""
    return load_knowledge(named_paths(*(folder for found in shipped_packages().values() for folder in found)))


def made(program: Program, rows: int, seed: int = 1) -> Any:
    """A table with a column for everything that a program reads, and for every intervention."""
    chance = np.random.default_rng(seed)
    knowledge = program.knowledge
    leaning = LEANINGS[chance.integers(0, len(LEANINGS), rows)]
    acts = {knowledge.findings[iri].code for iri in knowledge.acts}
    columns: dict[str, Any] = {"id": pa.array([f"p{number}" for number in range(rows)])}
    states = _states(program, leaning, chance)
    for iri, (present, absent) in states.items():
        if (code := knowledge.findings[iri].code) not in acts:
            columns[code] = pa.array(present, mask=~(present | absent))
    denying = chance.random(rows) < 0.25
    for concept in knowledge.interventions.values():
        for kind in ("performed", "taking"):
            columns[f"{kind}:{concept.code}"] = _flags(chance, 0.01, np.where(denying, 0.3, 0.0))
    for measurement in knowledge.measurements.values():
        asked = [one.criterion for one in program.comparisons if one.measurement == measurement.iri]
        values = np.array(possible_values(measurement, [one for one in asked if isinstance(one, Measured)]))
        given = chance.choice(values, rows) + chance.choice([-0.5, -1e-6, 0, 0, 1e-6, 0.03, 0.5], rows)
        given = np.clip(np.where(chance.random(rows) < 0.1, np.round(given), given), measurement.minimum, measurement.maximum)
        columns[measurement.code] = pa.array(given, mask=chance.random(rows) < 0.25)
    for thing in knowledge.coded.values():
        columns[thing.code] = pa.array(chance.choice([*thing.codes, "unknown"], rows), mask=chance.random(rows) < 0.25)
    return pa.table(columns)


def _states(program: Program, leaning: Any, chance: np.random.Generator) -> dict[str, tuple[Any, Any]]:
    """Of whom each finding is present, and absent. Three of four patients do not deny what is wider than something they have,
    and most have what the scopes of rules ask for."""
    knowledge = program.knowledge
    scopes = {iri for rule in knowledge.rules.values() if rule.scope for part in rule.scope.walk() for iri in part.mentions}
    drawn = {iri: chance.random(len(leaning)) for iri in program.findings}
    bounds = {iri: (leaning[:, 0] if iri not in scopes else np.maximum(leaning[:, 0], 0.8), leaning.sum(axis=1)) for iri in drawn}
    present = {iri: drawn[iri] < bounds[iri][0] for iri in drawn}
    absent = {iri: (drawn[iri] < bounds[iri][1]) & ~present[iri] for iri in drawn}
    consistent = chance.random(len(leaning)) < 0.75
    for iri in drawn:
        for wider in knowledge.hierarchy.broader.get(iri, ()):
            if wider in absent and wider != iri:
                absent[wider] &= ~(present[iri] & consistent)
    return {iri: (present[iri], absent[iri]) for iri in drawn}


def _flags(chance: np.random.Generator, present: float, absent: Any) -> Any:
    drawn = chance.random(len(absent))
    return pa.array(drawn < present, mask=drawn > present + absent)


class Both:
    """One table, decided as a population and patient by patient."""

    def __init__(self, engine: Engine, table: Any, codebook: Any = None, as_of: str = "") -> None:
        self.engine, self.table = engine, table
        codebook = codebook or make_codebook(engine.knowledge)
        self.columns: Columns = read_columns(table.column_names, codebook, Wanted(), "made")
        self.asked = asked_of(engine)
        self.reader = RowReader(self.columns, codebook, as_of)
        self.encoder = PopulationEncoder(engine.program, self.columns, codebook, self.reader, table.num_rows)
        self.program = PopulationProgram(engine.program, self.asked, table.num_rows)

    def outcome(self) -> Outcome:
        """What the population comes to."""
        return self.program.run(self.encoded())

    def encoded(self) -> Encoded:
        """The planes of the population."""
        (batch,) = self.table.combine_chunks().to_batches()
        return self.encoder.encode(batch, 1, "made")

    def cases(self) -> Iterator[Case]:
        """Its patients, each read as somebody would send it alone."""
        (batch,) = self.table.combine_chunks().to_batches()
        return (self.engine.known_part(self.reader.case(values_of(batch, row), "made")) for row in range(batch.num_rows))

    def differences(self) -> Iterator[str]:
        """What is decided differently, in words: verdicts and the level."""
        outcome = self.outcome()
        levels, *found = Decoder(outcome.rows).numbers([outcome.level, *outcome.verdicts.values()], outcome.rows)
        verdicts = dict(zip(outcome.verdicts, found, strict=True))
        undetermined = summed(outcome.undetermined, outcome.rows).tolist()
        for row, case in enumerate(self.cases()):
            alone = self.engine.verdicts(case)
            if (count := sum(verdict == "undetermined" for verdict in alone.values())) != undetermined[row]:
                yield f"row {row}: population {undetermined[row]} undetermined, one case {count}"
            for id_, verdict in alone.items():
                if VERDICTS[verdicts[id_][row]] != verdict:
                    yield f"row {row}, {id_}: population {VERDICTS[verdicts[id_][row]]}, one case {verdict}"
            explained = self.engine.explain(case)
            level = level_of(self.engine.program.level, explained.planes, explained.certain)
            if LEVELS[levels[row]] != level:
                yield f"row {row}: population {LEVELS[levels[row]]}, one case {level}"

    def contradictory(self) -> int:
        """How many patients contradict themselves."""
        planes = (self.engine.explain(case) for case in self.cases())
        return sum(not explained.consistent for explained in planes)

    def tensions(self, rows: int) -> Iterator[tuple[set[str], set[str]]]:
        """The tensions that the first patients meet: in the population, and each alone."""
        outcome = self.outcome()
        met = {id_: unpacked(plane, outcome.rows) for id_, plane in outcome.tensions.items()}
        for row, case in zip(range(rows), self.cases(), strict=False):
            alone = {tension.id for tension in self.engine.decide(case, flips=False).tensions}
            yield {id_ for id_, flags in met.items() if flags[row]}, alone
