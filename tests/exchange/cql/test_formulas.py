"""The pool of formulas: equal ones once, constants gone, and what the compiler takes away by `^` written as `and not`."""

from __future__ import annotations

import itertools

from spinegraph.engine.exchange.cql.formulas import ALWAYS, NEVER, Formulas
from spinegraph.engine.exchange.cql.tree import ParameterRef

NAMES = "abc"


def truth(pool: Formulas, number: int, state: dict[str, bool]) -> bool:
    """What a formula comes to."""
    if number in (NEVER, ALWAYS):
        return number == ALWAYS
    formula = pool[number]
    if isinstance(formula.leaf, ParameterRef):
        return state[formula.leaf.name]
    parts = [truth(pool, one, state) for one in formula.operands]
    match formula.operator:
        case "Not":
            return not parts[0]
        case "And":
            return all(parts)
        case "Or":
            return any(parts)
    return parts[0] != parts[1]


def test_planes_come_to_what_the_operators_say() -> None:
    pool = Formulas()
    a, b, c = (pool.plane(pool.leaf(ParameterRef(name))) for name in NAMES)
    ones = pool.plane(ALWAYS)
    planes = {
        "a ^ (a & b)": a ^ (a & b),
        "(a | b | c) ^ b": (a | b | c) ^ b,
        "b ^ (c | b)": b ^ (c | b),
        "(a | b) ^ ones": (a | b) ^ ones,
        "(a & b) ^ c": (a & b) ^ c,
        "((a ^ (a & b)) | c) & (b ^ ones)": ((a ^ (a & b)) | c) & (b ^ ones),
        "a ^ a": a ^ a,
        "a & (a ^ ones)": a & (a ^ ones),
    }
    for values in itertools.product((0, 1), repeat=3):
        state = dict(zip(NAMES, map(bool, values), strict=True))
        for written, plane in planes.items():
            expected = eval(written, {**dict(zip(NAMES, values, strict=True)), "ones": 1})  # noqa: S307
            assert truth(pool, plane.number, state) == bool(expected), (written, state)
    assert not any(pool[plane.number].operator == "Xor" for written, plane in planes.items() if written != "(a & b) ^ c")


def test_equal_formulas_are_one() -> None:
    pool = Formulas()
    a, b = (pool.plane(pool.leaf(ParameterRef(name))) for name in "ab")
    assert (a & b).number == (a & b).number
    assert ((a | b) ^ pool.plane(ALWAYS) ^ pool.plane(ALWAYS)).number == (a | b).number


def test_what_is_known_of_others_is_left_out() -> None:
    pool = Formulas()
    a, b = (pool.leaf(ParameterRef(name)) for name in "ab")
    rest = pool.joined("And", b, pool.negated(a))
    assert pool.besides(rest, {a}) == b
    assert pool.besides(rest, set()) == rest
