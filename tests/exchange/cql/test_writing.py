"""How formulas become definitions: what is long is grouped, what is shared is a step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import pytest
from spinegraph.engine import Knowledge
from spinegraph.engine.exchange.cql.elm import expression as elm_of
from spinegraph.engine.exchange.cql.formulas import Formulas
from spinegraph.engine.exchange.cql.names import DefinitionNames
from spinegraph.engine.exchange.cql.text import expression as text_of
from spinegraph.engine.exchange.cql.tree import ParameterRef
from spinegraph.engine.exchange.cql.writing import MOST_LINKS, Wanted, Writer

Made = tuple[Formulas, Writer]


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return max(map(depth, value), default=0) if isinstance(value, list) else 0


@pytest.fixture
def made(knowledge: Mapping[str, Knowledge]) -> Made:
    pool = Formulas()
    return pool, Writer(pool, DefinitionNames(knowledge["ankle-and-foot"], set()))


def test_a_long_chain_is_grouped(made: Made) -> None:
    pool, writer = made
    leaves = [pool.leaf(ParameterRef(f"p{number}")) for number in range(5000)]
    chain = reduce(lambda left, right: pool.joined("Or", left, right), leaves)
    (definition,) = writer.definitions([Wanted("long", chain)])
    assert text_of(definition.expression).count('"p') == len(leaves)
    assert depth(elm_of(definition.expression)) < 4 * MOST_LINKS


def test_what_two_share_is_a_step_before_them(made: Made) -> None:
    pool, writer = made
    a, b, c = (pool.leaf(ParameterRef(name)) for name in "abc")
    shared = pool.joined("And", a, b)
    wanted = [Wanted("one", pool.joined("Or", shared, c)), Wanted("other", pool.negated(shared))]
    writer.share(wanted)
    found = [(one.name, text_of(one.expression)) for one in writer.definitions(wanted)]
    assert found == [("step", '"a" and "b"'), ("one", '"step" or "c"'), ("other", 'not "step"')]


def test_what_has_a_name_is_referred_to(made: Made) -> None:
    pool, writer = made
    a, b = (pool.leaf(ParameterRef(name)) for name in "ab")
    fact = pool.joined("Or", a, b)
    writer.name(fact, "fact")
    wanted = [Wanted("fact", fact), Wanted("again", fact), Wanted("denied", pool.negated(fact))]
    writer.share(wanted)
    found = [text_of(one.expression) for one in writer.definitions(wanted)]
    assert found == ['"a" or "b"', '"fact"', 'not "fact"']
