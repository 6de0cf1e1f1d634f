"""Shapes that stand in several others get a name, so that each is written once.

A named criterion has the name of it; another shape, which many rules come to, is named by the digest of what it says. Names
follow from content alone: the same rules are written with the same names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256

from spinegraph.engine.criteria.shapes import Iri, ShapeData, Value

DIGITS = 20
"""So many hexadecimal digits of a digest are a name: 80 bits."""


class SharedShapes:
    """Which of the shapes inside some others have a name of their own."""

    def __init__(self, shapes: Iterable[ShapeData], named: Mapping[str, ShapeData], base: str) -> None:
        """`shapes`: those that have names already, and are not named here. `named`: IRI → shape that has this name wherever it
        stands; of several names for one shape, the first. `base`: what the other names begin with."""
        self._digests: dict[int, tuple[Value, str]] = {}
        self._base = base
        self._names: dict[str, str] = {}
        for iri, shape in named.items():
            self._names.setdefault(self._digest(shape), iri)
        self._inside: dict[str, ShapeData] = {}
        """Digest → shape, of all that stand in others."""
        self._places: Counter[str] = Counter()
        for shape in shapes:
            self._count(shape)

    def parts(self) -> dict[str, ShapeData]:
        """IRI → shape, of all that have a name here; the shapes in them refer to each other by name."""
        names = ((self._name(digest), shape) for digest, shape in sorted(self._inside.items()))
        return {name: self.referring(shape) for name, shape in names if name is not None}

    def referring(self, shape: ShapeData) -> ShapeData:
        """The shape, with names in place of the shapes inside it that have one."""
        return {predicate: self._refer(value) for predicate, value in shape.items()}

    def _refer(self, value: Value) -> Value:
        if isinstance(value, list):
            return [self._refer(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        name = self._name(self._digest(value)) if _is_shape(value) else None
        return self.referring(value) if name is None else Iri(name)

    def _name(self, digest: str) -> str | None:
        if digest in self._names:
            return self._names[digest]
        return f"{self._base}{digest[:DIGITS]}" if self._places[digest] > 1 else None

    def _count(self, value: Value) -> None:
        """Count the places of all shapes inside a value; what is inside a shape that stands in many places, once."""
        inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        for part in inside:
            if not (isinstance(part, Mapping) and _is_shape(part)):
                self._count(part)
                continue
            digest = self._digest(part)
            self._places[digest] += 1
            if digest not in self._inside:
                self._inside[digest] = part
                self._count(part)

    def _digest(self, value: Value) -> str:
        """What a value says, in short. Parts that stand in many places are the same object, and read once."""
        if not isinstance(value, (Mapping, list)):
            return repr(value)
        if id(value) not in self._digests:
            if isinstance(value, Mapping):
                said = "".join(sorted(f"{predicate} {self._digest(part)};" for predicate, part in value.items()))
            else:
                said = f"[{','.join(map(self._digest, value))}]"
            self._digests[id(value)] = value, sha256(said.encode()).hexdigest()
        return self._digests[id(value)][1]


def _is_shape(value: Mapping[str, Value]) -> bool:
    """Whether it is a shape, and not a path."""
    return "rdf:type" in value
