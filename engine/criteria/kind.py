"""What a kind of criterion has to say for itself: every facet of it, and what each facet is given to work with.

A `Kind` is complete or it cannot be made: a facet that is forgotten is an error at import. What the facets need of the
rest of the engine (a shape that is being read, the compiler, a program's numbering of facts) they ask of the protocols here, so
that criteria rest on the model alone and whoever reads, compiles or explains rests on criteria.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Literal, NamedTuple, Protocol, TypedDict, TypeVar

from spinegraph.engine.criteria.facts import FactNumbers
from spinegraph.engine.criteria.node import CriterionNode, Head
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.criteria.shapes import CoreForm, ShapeData
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.errors import CriterionError
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import ActKind, Apart, Assessment, Compared, Criterion, Hierarchy, Related, Score, Timed, Window

C = TypeVar("C", bound=Criterion)
Planes = tuple[str, str]
"""The names of the planes (holds, refuted) in the code of a program."""


class Annotations(TypedDict, total=False):
    """What any criterion may carry."""

    iri: str
    label: str
    passages: tuple[str, ...]
    reading: str


class Shape(Protocol):
    """A SHACL shape that is being read. Predicates are CURIEs; whatever is amiss raises a located CriterionError."""

    def states(self, predicate: str) -> bool: ...

    def flag(self, predicate: str) -> bool: ...

    def number(self, predicate: str) -> float | None: ...

    def finding(self, predicate: str) -> str: ...

    def condition(self, predicate: str) -> str: ...

    def act(self, predicate: str, kind: ActKind) -> str:
        """The IRI of an intervention that a criterion asks about."""
        ...

    def measurement(self, predicate: str) -> str: ...

    def dated_finding(self, predicate: str) -> str:
        """The IRI of a finding that is recorded, and so can have a date."""
        ...

    def event(self, predicate: str) -> tuple[str, Literal["", "performed"]]:
        """The IRI of a finding, or of an intervention that was performed."""
        ...

    def window(self, predicate: str) -> Window:
        """A duration in whole days, months or years."""
        ...

    def distance(self, predicate: str) -> Apart:
        """A duration in whole days, or in hours that are no whole days."""
        ...

    def score(self, predicate: str) -> Score: ...

    def duration(self, measurement: str) -> str:
        """The UCUM unit of a measurement that is a duration; "" for all others."""
        ...

    def coded(self, predicate: str) -> tuple[str, tuple[str, ...]]:
        """The IRI of a coded property, and the codes of its values."""
        ...

    def codes(self, predicate: str, possible: tuple[str, ...]) -> frozenset[str]:
        """The codes of a list, each of which has to be a possible one."""
        ...

    def unit(self, measurement: str) -> str:
        """The UCUM unit of a measurement."""
        ...

    def members(self, predicate: str) -> tuple[Criterion, ...]:
        """The criteria of a list of shapes."""
        ...

    def direct_subclasses(self, finding: str) -> tuple[str, ...]: ...

    def named(self, iri: str) -> str:
        """An IRI as messages show it."""
        ...

    def error(self, what: str, mend: str, predicate: str, kind: str = "outside-profile", **terms: object) -> CriterionError: ...


class Emitter(Protocol):
    """The compiler, as far as criteria need it. Planes are names in the code, "ones" and "zero" among them."""

    def criterion(self, criterion: Criterion | None) -> Planes: ...

    def fact(self, side: str, finding: str) -> str:
        """The plane of a finding being "present" or "absent", given or derived."""
        ...

    def assessments(self, condition: str) -> list[Planes]:
        """The planes of the rules that assess a condition or a narrower one."""
        ...

    def comparison(self, criterion: Compared) -> Planes:
        """Two input planes of a value: as it is asked for, and certainly not so."""
        ...

    def relation(self, criterion: Related) -> Planes:
        """Two input planes of two values: in the range that is asked for, and out of it."""
        ...

    def timed(self, criterion: Timed) -> Planes:
        """Two input planes of what only dates decide."""
        ...

    def assign(self, prefix: str, expression: str) -> str:
        """The name of a plane that an expression makes."""
        ...


class Reach(NamedTuple):
    """Whether a criterion can be refuted, and whether it can be open, by its structure alone."""

    refuted: bool
    open: bool


class Surroundings(Protocol):
    """The rules around a criterion."""

    def assessing(self, condition: str) -> Iterable[Assessment]:
        """The rules that assess a condition or a narrower one."""
        ...


class Preparation(Protocol):
    """The nodes of one program, as far as preparing a criterion needs them."""

    @property
    def facts(self) -> FactNumbers: ...

    @property
    def say(self) -> Messages:
        """The language in which criteria are shown."""
        ...

    def node(self, criterion: Criterion) -> CriterionNode: ...

    def assessing(self, condition: str) -> tuple[RuleNode, ...]:
        """The rules that assess a condition or a narrower one."""
        ...

    def deriving(self, finding: str) -> RuleNode | None:
        """The rule that derives a finding."""
        ...


class Kind(NamedTuple, Generic[C]):
    """A kind of criterion with all its facets.

    - `constraint`: the CURIE by which a shape states it; `modifiers`: those that may stand with it.
    - `read`: the criterion that a shape states.
    - `emit`: the expressions of its two planes.
    - `conclusions`: the findings and conditions on whose derivation or assessment its truth rests.
    - `prepare`: its node in one program, which proves a case, names the facts that are still open and the changes of facts that
      would turn it (`node.CriterionNode`).
    - `reach`: what it can come to, given the reach of its parts and of criteria elsewhere.
    - `clause`: the criterion in words, without grammar (`words.py` writes every text from it).
    - `dual`: a SHACL shape that conforms if it is refuted; the function makes that of a part.
    - `core`: its two shapes of SHACL Core alone; the function makes those of a part. None where Core cannot say it.
    """

    criterion: type[C]
    constraint: str
    modifiers: tuple[str, ...]
    read: Callable[[Shape, Annotations], Criterion]
    emit: Callable[[C, Emitter], Planes]
    conclusions: Callable[[C, Hierarchy], Iterable[str]]
    prepare: Callable[[Head, C, Preparation], CriterionNode]
    reach: Callable[[C, Surroundings, Callable[[Criterion], Reach]], Reach]
    clause: Callable[[C, Names], Clause]
    dual: Callable[[C, Callable[[Criterion], ShapeData]], ShapeData]
    core: Callable[[C, Surroundings, Callable[[Criterion], CoreForm | None]], CoreForm | None]
