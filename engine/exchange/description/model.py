"""What a page about one resource shows: frozen data, made by `description.py` and laid out by its template."""

from __future__ import annotations

from spinegraph.engine.model import Frozen


class Item(Frozen, frozen=True, kw_only=True):
    """A value, or a resource with its label. `href`: `finding/Fever` below the server's root, or an absolute IRI, or ""."""

    text: str
    href: str = ""
    note: str = ""


class Row(Frozen, frozen=True, kw_only=True):
    """A property and its values."""

    name: str
    items: tuple[Item, ...]


class Group(Frozen, frozen=True, kw_only=True):
    """Resources that stand in one relation to the one described; `note` says how to read it."""

    title: str
    items: tuple[Item, ...]
    note: str = ""


class CriterionItem(Frozen, frozen=True, kw_only=True):
    """A node of a criterion: `joint` says how its children are joined, or is empty for a leaf."""

    text: str
    href: str = ""
    joint: str = ""
    passages: tuple[Item, ...] = ()
    children: tuple[CriterionItem, ...] = ()


class Criteria(Frozen, frozen=True, kw_only=True):
    """A heading and the criterion below it."""

    title: str
    root: CriterionItem


class ShownPassage(Frozen, frozen=True, kw_only=True):
    """A passage: our words, and the characters of the document that make it."""

    id: str
    href: str
    paraphrase: str
    source: Item
    section: str
    start: int
    end: int
    citations: tuple[int, ...]


class Description(Frozen, frozen=True, kw_only=True):
    """One resource, for people. `path` is its IRI below the project's namespace; `places` are `file:line`."""

    iri: str
    path: str
    curie: str
    kind: str
    label: str
    code: str
    definition: str
    rows: tuple[Row, ...]
    wider: tuple[Item, ...]
    narrower: tuple[Item, ...]
    criteria: tuple[Criteria, ...]
    groups: tuple[Group, ...]
    passages: tuple[ShownPassage, ...]
    places: tuple[str, ...]
    review: tuple[Item, ...]
