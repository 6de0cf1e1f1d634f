"""Small made-up guidelines around three published scores, as Turtle, and what their items come to by plain arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine import Case, Knowledge, load_knowledge
from spinegraph.engine.knowledge.files import shipped_folder

from tests.small import HEAD


class Item(NamedTuple):
    """Points, and what gives them: a finding, or a range [from, below) of the one measurement."""

    points: float
    finding: str = ""
    first: float | None = None
    below: float | None = None

    def truth(self, case: Case) -> bool | None:
        """Whether it holds; None while that is unknown."""
        if self.finding:
            return True if self.finding in case.present else False if self.finding in case.absent else None
        value = next(iter(case.measurements.values()), None)
        if value is None:
            return None
        return (self.first is None or value >= self.first) and (self.below is None or value < self.below)


class Example(NamedTuple):
    """A score, the bounds of its bands, and one value of its measurement for each way in which they can lie to it."""

    name: str
    items: tuple[Item, ...]
    bands: Mapping[str, str]
    measurement: str
    values: tuple[float | None, ...]

    @property
    def findings(self) -> list[str]:
        return [item.finding for item in self.items if item.finding]

    def interval(self, case: Case) -> tuple[float, float]:
        """The least and the greatest sum that unknown items leave."""
        choices = [
            (item.points,) if truth else (0.0,) if truth is False else (0.0, item.points)
            for item in self.items
            for truth in (item.truth(case),)
        ]
        return sum(map(min, choices)), sum(map(max, choices))

    def cases(self) -> Iterator[Case]:
        """Every record of the items."""
        for states in itertools.product((None, "present", "absent"), repeat=len(self.findings)):
            told = list(zip(self.findings, states, strict=True))
            present, absent = (tuple(sorted(f for f, state in told if state == side)) for side in ("present", "absent"))
            for value in self.values:
                known = {} if value is None else {self.measurement: value}
                yield Case(present=present, absent=absent, measurements=known)

    def turtle(self) -> str:
        """The score with its findings and measurement, and a recommendation for each band."""
        texts = [
            f'finding:{_class(code)} a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "{code.replace("_", " ")}"@en ; '
            f'skos:notation "{code}" ; prov:wasDerivedFrom passage:800-L001a .'
            for code in self.findings
        ]
        iri = f"core:{_class(self.measurement)[0].lower()}{_class(self.measurement)[1:]}"
        texts.append(
            f'{iri} a owl:DatatypeProperty , core:Measurement ; rdfs:label "{self.measurement.replace("_", " ")}"@en ; '
            f'skos:notation "{self.measurement}" ; core:unit "1" ; core:minimum 0 ; core:maximum 300 .'
        )
        items = "\n".join(f"    [ core:points {item.points:g} ; core:criterion {_criterion(item, iri)} ]" for item in self.items)
        texts.append(
            f'score:{self.name} a core:Score ; rdfs:label "{self.name} score"@en , "your {self.name} score"@en-x-patient ; '
            f'skos:notation "{self.name}_score" ; prov:wasDerivedFrom passage:800-L001a ; core:item (\n{items} ) .'
        )
        for band, bounds in self.bands.items():
            texts.append(
                f'shape:{_class(band)} a sh:NodeShape ; rdfs:label "band of {band}"@en ; '
                f"core:score score:{self.name} ; {bounds} .\n"
                f'rule:{band} a core:Recommendation , sh:TripleRule ; rdfs:label "{band}"@en ; sh:order 30 ; '
                f"sh:condition shape:{_class(band)} ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:{band} ; "
                "core:source source:scores ; core:direction core:for ; core:modality core:should ; core:urgency core:routine ; "
                f'core:intervention intervention:{_class(band)} ; core:text "Do: {band}."@en , "You: {band}."@en-x-patient ; '
                "prov:wasDerivedFrom passage:800-L002a ."
            )
            texts.append(
                f"intervention:{_class(band)} a owl:Class ; rdfs:subClassOf core:Intervention ; "
                f'rdfs:label "{band}"@en ; skos:notation "{band.replace("-", "_")}" .'
            )
        attached = " , ".join(f"rule:{band}" for band in self.bands)
        texts.append(f"shape:RulesOfOrder30 a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule {attached} .")
        return "\n\n".join([SOURCE, *texts])

    def write(self, folder: Path) -> list[Path]:
        """Its files below a folder, with the shipped schema."""
        path = folder / "shapes" / "score.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{HEAD}\n{self.turtle()}\n", encoding="utf-8")
        return [shipped_folder("ontology") / "core.ttl", shipped_folder("shapes") / "criteria.ttl", path]

    def load(self, folder: Path) -> Knowledge:
        return load_knowledge(self.write(folder))


SOURCE = "\n".join(
    [
        'source:scores a core:Source ; dcterms:identifier "800" ; dcterms:title "Scores"@en ; core:reviewStatus "pending" .',
        *(
            f'passage:{id_} a core:Passage ; core:source source:scores ; dcterms:identifier "{id_}" ; '
            f'core:paraphrase "{text}"@en ; core:textDigest "{"0" * 64}" ; '
            f"oa:hasSelector [ a oa:TextPositionSelector ; oa:start {start} ; oa:end {start + 5} ] ."
            for id_, text, start in (("800-L001a", "The items give points.", 0), ("800-L002a", "The sum tells what to do.", 5))
        ),
    ]
)


def _class(code: str) -> str:
    return "".join(word.capitalize() for word in code.replace("-", "_").split("_"))


def _criterion(item: Item, measurement: str) -> str:
    if item.finding:
        return f"[ core:present finding:{_class(item.finding)} ]"
    facets = [f"sh:minInclusive {item.first:g}"] if item.first is not None else []
    facets += [f"sh:maxExclusive {item.below:g}"] if item.below is not None else []
    return f"[ sh:path {measurement} ; sh:minCount 1 ; {' ; '.join(facets)} ]"


WELLS = Example(
    "wells",
    (
        Item(3, "leg_swollen"), Item(3, "no_other_cause"), Item(1.5, first=101), Item(1.5, "immobile"), Item(1.5, "clot_before"),
        Item(1, "coughs_blood"), Item(1, "cancer"),
    ),
    {"low-risk": "core:lessThan 2", "moderate-risk": "core:atLeast 2 ; core:atMost 6", "high-risk": "core:moreThan 6"},
    "heart_rate",
    (None, 80.0, 101.0),
)  # fmt: skip
"""Three levels, unequal points."""
VASC = Example(
    "vasc",
    (
        Item(1, "heart_failure"), Item(1, "hypertension"), Item(2, first=75), Item(1, "diabetes"), Item(2, "stroke"),
        Item(1, "vascular_disease"), Item(1, first=65, below=75), Item(1, "female"),
    ),
    {"none": "core:lessThan 1", "consider": "core:atLeast 1 ; core:lessThan 2", "treat": "core:atLeast 2"},
    "age",
    (None, 64.0, 65.0, 74.0, 75.0),
)  # fmt: skip
"""Two points for a stroke and from 75 years on, one from 65."""
MCISAAC = Example(
    "mcisaac",
    (
        Item(1, "feverish"), Item(1, "no_cough"), Item(1, "tender_nodes"), Item(1, "swollen_tonsils"), Item(1, below=15),
        Item(-1, first=45),
    ),
    {"no-test": "core:atMost 1", "test": "core:atLeast 2 ; core:atMost 3", "treat-at-once": "core:atLeast 4"},
    "age",
    (None, 10.0, 30.0, 50.0),
)  # fmt: skip
"""A point is taken away from 45 years on."""
TOLD = (WELLS, VASC, MCISAAC)
IN_BAND = {
    "core:lessThan 2": (float("-inf"), 1.5), "core:atLeast 2 ; core:atMost 6": (2, 6), "core:moreThan 6": (6.5, float("inf")),
    "core:lessThan 1": (float("-inf"), 0), "core:atLeast 1 ; core:lessThan 2": (1, 1), "core:atLeast 2": (2, float("inf")),
    "core:atMost 1": (float("-inf"), 1), "core:atLeast 2 ; core:atMost 3": (2, 3), "core:atLeast 4": (4, float("inf")),
}  # fmt: skip
"""The least and the greatest sum of each band: sums are multiples of one half, or whole."""
