"""Small random guidelines, and every patient they can have: what the solver says is held against counting.

A guideline has five findings in a small hierarchy, one measurement, one coded property, a derived finding, two conditions, two
sources, and a handful of rules with overrides, tensions, gaps and an exclusion. All of it is Turtle, read by the engine's own
reader.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine import Case, Knowledge, load_knowledge
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.knowledge.files import named_paths, shipped_folder
from spinegraph.engine.model import VERDICTS, Recommendation
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.survey import survey

from tests.random_cases import random_cases
from tests.small import HEAD

Flags = NDArray[np.bool_]

PARENTS = {"A": "core:Finding", "B": "finding:A", "C": "finding:A", "D": "core:Finding", "E": "core:Finding"}
INTERVENTIONS = {"X": "core:Intervention", "Xa": "intervention:X", "Y": "core:Intervention"}
CONDITIONS = {"K": "core:Condition", "Ka": "condition:K"}
CODES = ("low", "high", "mixed")
"""What the coded property can be."""
VALUES = (None, 0.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0)
"""One value of the measurement for each way in which the bounds 5, 10 and 20 can see it, and None for unknown."""


COUNTS = ("core:atLeast 1", "core:atLeast 2", "core:atMost 0", "core:atMost 1", "core:atLeast 1 ; core:atMost 1")
RANGES = (
    "core:atLeast 1", "core:moreThan 1", "core:atMost 2", "core:lessThan 2", "core:atLeast 1 ; core:atMost 2",
    "core:moreThan 1 ; core:lessThan 3", "core:atLeast 2.5",
)  # fmt: skip

WINDOWS = ("P30D", "P14D", "P1M", "P12M", "P18M", "P1Y", "P2Y")

APART = ("P1D", "P14D", "PT4H", "PT36H")


def paths_in(folder: Path) -> list[Path]:
    """The files of a guideline that was written to a folder."""
    return [shipped_folder("ontology") / "core.ttl", shipped_folder("shapes") / "criteria.ttl", folder / "guideline.ttl"]


class Writer:
    """Writes one guideline from a seed."""

    def __init__(self, seed: int, *, acts: bool = False, sums: bool = False, packages: bool = False, time: bool = False) -> None:
        """`acts`: whether criteria ask, too, about what is done or taken, and about two measurements together; `EveryPatient`
        has no records of that. `sums`: whether they count findings and points, too. `packages`: whether every other
        recommendation, and an exclusion, stand in a package of their own; some advice is for emergencies then. `time`: whether
        they ask for dates."""
        self._seed = seed
        self._acts = ("performed", "notPerformed", "taking", "notTaking", "related", "related") if acts else ()
        self._times = (*("dated",) * 5, *("readings",) * 3) if time else ()
        self._sums = sums
        self._urgencies = ("emergency", "urgent", "routine") if packages else ("urgent", "routine")
        self._beside: list[str] | None = [] if packages else None
        self._counting = False
        self._random = random.Random(seed)  # noqa: S311 (reproducible, not secret)
        self._texts: list[str] = []
        self._by_order: dict[int, list[str]] = {}

    def write(self, folder: Path) -> Knowledge:
        """The guideline of the seed as files below `folder`, read back."""
        self._concepts()
        if self._sums:
            self._scores()
            self._counting = True
        self._rule(
            "derived", "DerivedFinding", 10, self._leaf(("measured",)), "core:derives finding:F", "core:present", "finding:F"
        )
        for number in range(self._random.randint(1, 3)):
            condition = self._random.choice(list(CONDITIONS))
            self._rule(
                f"assess-{number}", "Assessment", 20, self._criterion(), f"core:assesses condition:{condition} ; {self._origin()}"
            )
        advice = [f"advice-{number}" for number in range(self._random.randint(3, 6))]
        for name in advice:
            self._advice(name, [other for other in advice if other != name])
        if self._beside is not None:
            origin = self._random.choice(("", "core:source source:P ; ", "core:source source:Q ; "))
            self._rule("excluded-1", "Exclusion", 30, self._leaf(), f'{origin}core:text "Excluded elsewhere."@en')
        if self._random.random() < 0.5:
            self._rule("excluded", "Exclusion", 30, self._leaf(), 'core:text "Excluded."@en')
        if self._random.random() < 0.5:
            left = self._random.choice(advice)
            self._rule(
                "gap",
                "SourceGap",
                30,
                self._criterion(),
                f'core:text "Open."@en ; core:leavesOpen rule:{left} ; {self._origin()}',
            )
        if self._random.random() < 0.5:
            self._tension(self._random.sample(advice, 2))
        for order, names in self._by_order.items():
            attached = f"sh:targetClass core:Case ; sh:order {order} ; sh:rule {' , '.join(names)}"
            self._texts.append(f"shape:RulesOfOrder{order} a sh:NodeShape ; {attached} .")
        return self._save(folder)

    def _save(self, folder: Path) -> Knowledge:
        """Written as one file, or as two packages; read back."""
        if self._beside is not None:
            for name, texts in (("one", self._texts), ("two", self._beside)):
                (folder / name / "shapes").mkdir(parents=True)
                (folder / name / "shapes" / "guideline.ttl").write_text("\n".join([HEAD, *texts]), encoding="utf-8")
            return load_knowledge(named_paths(folder / "one", folder / "two"))
        (folder / "guideline.ttl").write_text("\n".join([HEAD, *self._texts]), encoding="utf-8")
        return load_knowledge(paths_in(folder))

    def _concepts(self) -> None:
        kinds = (("finding", {**PARENTS, "F": "core:Finding"}), ("intervention", INTERVENTIONS), ("condition", CONDITIONS))
        for kind, parents in kinds:
            for name, parent in parents.items():
                derived = " ; core:derivedOnly true" if name == "F" else ""
                self._texts.append(
                    f'{kind}:{name} a owl:Class ; rdfs:subClassOf {parent} ; skos:notation "{kind[0]}_{name.lower()}"{derived} .'
                )
        self._texts.append(
            'core:level a owl:DatatypeProperty , core:Measurement ; skos:notation "level" ; core:minimum 0 ; core:maximum 30 .'
        )
        if self._acts:
            self._texts.append(
                'core:other a owl:DatatypeProperty , core:Measurement ; skos:notation "other" ; core:minimum 0 ; '
                "core:maximum 30 ."
            )
        values = " ".join(f'[ skos:notation "{code}" ]' for code in CODES)
        self._texts.append(
            f'core:risk a owl:DatatypeProperty , core:CodedProperty ; skos:notation "risk" ; core:valueSet ( {values} ) .'
        )
        for source in "PQ":
            self._shape(
                f"subject-{source}", f"[ core:{'present' if self._seed % 3 else 'absent'} finding:{'ABCDE'[self._seed % 5]} ]"
            )
            subject = f"core:subject shape:subject-{source}"
            self._texts.append(f'source:{source} a core:Source ; dcterms:identifier "{source}" ; {subject} .')
            self._texts.append(
                f'passage:{source}1 a core:Passage ; core:source source:{source} ; dcterms:identifier "{source}1" .'
            )

    def _origin(self) -> str:
        source = self._random.choice("PPQ")
        return f"core:source source:{source} ; prov:wasDerivedFrom passage:{source}1"

    def _criterion(self, depth: int = 2) -> str:
        kinds = ["present", "absent", "present", "absent", "measured", "coded", *self._acts, *self._times]
        if self._counting and self._random.random() < 0.5:
            return self._sum()
        if depth and self._random.random() < 0.6:
            word = self._random.choice(("sh:and", "sh:or"))
            parts = " ".join(self._criterion(depth - 1) for _ in range(self._random.randint(1, 3)))
            return f"[ {word} ( {parts} ) ]"
        return self._leaf(kinds)

    def _sum(self) -> str:
        """A count of the two findings below A, or a score in a range."""
        if self._random.random() < 0.4:
            return f"[ {self._random.choice(COUNTS)} ; core:of finding:A ]"
        return f"[ core:score score:{self._random.choice('ST')} ; {self._random.choice(RANGES)} ]"

    def _scores(self) -> None:
        """S rests on what is recorded, T on what is derived and on S as well; points are unequal, some negative."""
        for name in "ST":
            leaves = [self._criterion(1) for _ in range(self._random.randint(2, 4))] if name == "S" else []
            if name == "T":
                leaves = ["[ core:present finding:F ]", self._leaf(), "[ core:score score:S ; core:atLeast 1 ]"]
            points = [self._random.choice(("1", "2", "1.5", "-1", "3")) for _ in leaves[2:]]
            given = zip(["3", "1", *points], leaves, strict=True)
            items = " ".join(f"[ core:points {point} ; core:criterion {leaf} ]" for point, leaf in given)
            self._texts.append(f'score:{name} a core:Score ; skos:notation "score_{name.lower()}" ; core:item ( {items} ) .')

    def _leaf(self, kinds: tuple[str, ...] | list[str] = ("present", "absent")) -> str:
        kind = self._random.choice(kinds)
        if kind == "measured":
            facet, band = self._random.choice((("min", "core:indeterminateFrom 5"), ("max", "core:indeterminateTo 20")))
            side = self._random.choice(("Inclusive", "Exclusive"))
            with_band = f" ; {band}" if self._random.random() < 0.3 else ""
            value = 10 if with_band else self._random.choice((5, 10, 20))
            return f"[ sh:path core:level ; sh:minCount 1 ; sh:{facet}{side} {value}{with_band} ]"
        if kind == "coded":
            codes = " ".join(f'"{code}"' for code in self._random.sample(CODES, self._random.randint(1, len(CODES))))
            return f"[ sh:path core:risk ; sh:minCount 1 ; sh:in ( {codes} ) ]"
        if kind == "related":
            return self._relation()
        if kind == "dated":
            return self._dated()
        if kind == "readings":
            return self._readings()
        if kind in self._acts:
            return f"[ core:{kind} intervention:{self._random.choice(list(INTERVENTIONS))} ]"
        return f"[ core:{kind} finding:{self._random.choice([*PARENTS, 'F'])} ]"

    def _dated(self) -> str:
        """Something within a window, several times, or since or after something else."""
        pick = self._random.choice
        kind = pick(("present", "present", "absent", "performed", "notPerformed", "taking", "notTaking"))
        thing = f"finding:{pick(list(PARENTS))}" if kind in ("present", "absent") else f"intervention:{pick(list(INTERVENTIONS))}"
        if self._random.random() < 0.45:
            event = pick((*(f"finding:{name}" for name in PARENTS), *(f"intervention:{name}" for name in INTERVENTIONS)))
            if self._random.random() < 0.4:
                return f"[ core:{kind} {thing} ; core:since {event} ]"
            if event.startswith("intervention:") and self._random.random() < 0.5:
                return f"[ core:{kind} {thing} ; core:afterTaking {event}{self._apart()} ]"
            return f"[ core:{kind} {thing} ; core:after {event}{self._apart()} ]"
        times = f" ; core:times {pick((2, 3))}" if kind in ("present", "performed") and self._random.random() < 0.4 else ""
        return f'[ core:{kind} {thing} ; core:within "{pick(WINDOWS)}"^^xsd:duration{times} ]'

    def _apart(self) -> str:
        """How far, or nothing."""
        return f' ; core:apart "{self._random.choice(APART)}"^^xsd:duration' if self._random.random() < 0.5 else ""

    def _readings(self) -> str:
        """Readings of the measurement: several, the last, or what it changed by."""
        pick = self._random.choice
        kind = pick(("repeated", "repeated", "latest", "change", "changeRatio"))
        bounds = {"change": (-5, 0, 5), "changeRatio": (0.5, 1, 2)}.get(kind, (5, 10, 20))
        facets = f"core:{pick(('min', 'max'))}{pick(('Inclusive', 'Exclusive'))} {pick(bounds)}"
        window = f' ; core:within "{pick(WINDOWS)}"^^xsd:duration' if self._random.random() < 0.5 else ""
        more = ""
        if kind == "repeated":
            more = f' ; core:times {pick((2, 3))} ; core:apart "{pick(APART)}"^^xsd:duration'
        return f"[ core:{kind} core:level ; {facets}{window}{more} ]"

    def _relation(self) -> str:
        pick = self._random.choice
        facets = pick((("min",), ("max",), ("min", "max")))
        low, high = sorted(self._random.sample((0, 1, 2.5, 4, 10), 2))
        bounds = {"min": low, "max": high}
        ranges = " ; ".join(f"core:{facet}{pick(('Inclusive', 'Exclusive'))} {bounds[facet]}" for facet in facets)
        factor = pick((1, 2, 0.1, -3))
        return f"[ core:{pick(('difference', 'ratio'))} core:level ; core:to core:other ; core:factor {factor} ; {ranges} ]"

    def _rule(
        self, name: str, kind: str, order: int, criterion: str, more: str, predicate: str = "core:holds", target: str = ""
    ) -> None:
        scope = self._leaf() if kind not in ("DerivedFinding", "Exclusion") and self._random.random() < 0.5 else ""
        if scope:
            self._shape(f"{name}-scope", scope)
            more = f"core:scope shape:{name}-scope ; sh:condition shape:{name}-scope ; {more}"
        self._shape(name, criterion)
        space = "tension" if kind == "Tension" else "rule"
        texts = self._beside if self._beside is not None and name.endswith(("-1", "-3", "-5")) and order == 30 else self._texts
        texts.append(
            f"{space}:{name} a core:{kind} , sh:TripleRule ; sh:order {order} ; sh:condition shape:{name} ; sh:subject sh:this ; "
            f"sh:predicate {predicate} ; sh:object {target or f'{space}:{name}'} ; {more} ."
        )
        self._by_order.setdefault(order, []).append(f"{space}:{name}")

    def _shape(self, name: str, criterion: str) -> None:
        predicate = "sh:property" if criterion.startswith("[ sh:path") else "sh:node"
        self._texts.append(f"shape:{name} a sh:NodeShape ; {predicate} {criterion} .")

    def _advice(self, name: str, others: list[str]) -> None:
        pick = self._random.choice
        criterion = self._criterion()
        if self._random.random() < 0.3:
            word = pick(("suspected", "notSuspected"))
            criterion = f"[ sh:and ( {criterion} [ core:{word} condition:{pick(list(CONDITIONS))} ] ) ]"
        overrides = "".join(
            f"{word} rule:{pick(others)} ; "
            for word in ("core:overrides", "core:overridesIfKnown")
            if self._random.random() < 0.25
        )
        self._rule(
            name, "Recommendation", 30, criterion,
            f"core:direction core:{pick(('for', 'for', 'against'))} ; core:modality core:{pick(('must', 'should', 'may'))} ; "
            f"core:urgency core:{pick(self._urgencies)} ; core:intervention intervention:{pick(list(INTERVENTIONS))} ; "
            f"{overrides}{self._origin()}",
        )  # fmt: skip

    def _tension(self, sides: list[str]) -> None:
        positions = " , ".join(f"[ a core:Position ; core:recommendation rule:{side} ]" for side in sides)
        open_ = f"core:leavesOpen rule:{self._random.choice(sides)} ; " if self._random.random() < 0.5 else ""
        self._rule(
            "T1", "Tension", 30, self._criterion(1),
            f"{open_}core:position {positions} ; core:resolution core:exposed ; prov:wasDerivedFrom passage:P1",
        )  # fmt: skip


def shows_only_what_the_engine_decides(knowledge: Knowledge, seed: int) -> None:
    """A witness that the engine decides otherwise is an error; and no patient is met whom the analysis says there is none of."""
    analysis = Analysis(knowledge)
    list(survey(analysis))
    advice = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
    indicated = {rule.id: analysis.exists(analysis.verdict(rule, "indicated")) for rule in advice}
    for known in itertools.islice(random_cases(analysis.engine.program, seed), 200):
        if analysis.engine.explain(known).consistent:
            verdicts = analysis.engine.verdicts(known)
            assert all(indicated[id_] for id_, verdict in verdicts.items() if verdict == "indicated"), known


class EveryPatient:
    """All records without contradiction, decided one by one as columns of arrays: the ground truth."""

    def __init__(self, knowledge: Knowledge) -> None:
        program = compile_program(knowledge, acting=True)
        encoder = CaseEncoder(program)
        cases = tuple(records([f"f_{name.lower()}" for name in PARENTS]))
        planes = program.run(list(np.array([encoder.planes(case) for case in cases], dtype=np.bool_).T))

        def flags(slot: int) -> Flags:
            return np.broadcast_to(planes[slot], len(cases))

        consistent = ~flags(program.clash)
        self.cases = [case for case, kept in zip(cases, consistent, strict=True) if kept]
        self.sizes = np.array([len(case.present) + len(case.absent) + len(case.values) for case in self.cases])
        self.holds = {iri: flags(slots.whole.holds)[consistent] for iri, slots in program.rules.items()}
        self.refuted = {iri: flags(slots.whole.refuted)[consistent] for iri, slots in program.rules.items()}
        self.in_scope = {iri: flags(slots.scope.holds)[consistent] for iri, slots in program.rules.items()}
        self.criterion = {iri: flags(slots.criterion.holds)[consistent] for iri, slots in program.rules.items()}
        pairs = {iri: program.pair(subject) for iri, subject in knowledge.subjects.items()}
        self.subject = {iri: flags(pair.holds)[consistent] for iri, pair in pairs.items()}
        self.no_subject = {iri: flags(pair.refuted)[consistent] for iri, pair in pairs.items()}
        self.out_of_scope = {iri: flags(slots.scope.refuted)[consistent] for iri, slots in program.rules.items()}
        self.verdict: Mapping[str, NDArray[np.str_]] = {
            iri: np.array(VERDICTS)[np.argmax([flags(slot)[consistent] for slot in slots], axis=0)]
            for iri, slots in program.verdicts.items()
        }


def records(codes: list[str]) -> Iterator[Case]:
    """Every record of these findings, the measurement and the coded property."""
    for states in itertools.product((None, "present", "absent"), repeat=len(codes)):
        told = list(zip(codes, states, strict=True))
        present, absent = (tuple(code for code, state in told if state == side) for side in ("present", "absent"))
        for value, code in itertools.product(VALUES, (None, *CODES)):
            measured = {} if value is None else {"level": value}
            yield Case(present=present, absent=absent, measurements=measured, coded={} if code is None else {"risk": code})
