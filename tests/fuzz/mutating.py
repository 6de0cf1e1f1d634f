"""Strategies of what nobody should send: plain data and texts with a few things in them replaced, dropped, doubled or swapped."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

ODD_TEXTS = (
    "", " ", "x", "\u0000", "\u202e", "\ud800", "é" * 500, "a\nb", "|", "#", "/", "$", "null", "true", "-0", "1e999", "NaN",
    "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-02-29", "2026-13-01", "2026-03-03T24:00:00Z",
    "2026-03-03T10:00:60Z", "Patient/ben", "urn:uuid:0", "http://[", "https://w3id.org/spinegraph", "constructor", "__class__",
)  # fmt: skip
ODD_NUMBERS = (0, -1, -0.0, 1.5, 1e308, 5e-324, 2**53 + 1, -(2**63) - 1, 10**40, 10**400, float("nan"), float("inf"))
ODD: tuple[Any, ...] = (*ODD_TEXTS, *ODD_NUMBERS, None, True, False, [], {}, [[]], {"": None}, {"coding": 3}, ["x"] * 300)
DEEP = tuple(f"@deep {depth}{kind}" for depth in (20, 200, 3_000, 100_000) for kind in "[{")
"""Stand for so many lists or objects one in the other; they are put in their place when the text is written."""
_DEEP = re.compile(rb"""["']?@deep (\d+)([\[{])["']?""")
_MEMBER = re.compile(r'"[^"\\]+": ?(?:"[^"\\]*"|\d+|true|null)')
_ODD_BYTES = (
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\\u0000",
    b",",
    b"\n",
    b"#",
    b";",
)


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Every container in plain data with each of its keys."""
    found: list[tuple[Any, Any]] = []
    walk = [data]
    while walk:
        one = walk.pop()
        for key, value in one.items() if isinstance(one, dict) else enumerate(one):
            found.append((one, key))
            walk += [value] if isinstance(value, dict | list) else []
    return found


def nested(text: bytes) -> bytes:
    """A text with what is deep in it written out."""
    return _DEEP.sub(
        lambda found: b"[" * int(found[1]) + b"]" * int(found[1]) if found[2] == b"[" else _objects(int(found[1])), text
    )


def _objects(depth: int) -> bytes:
    return b'{"item":' * depth + b"1" + b"}" * depth


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[Any], odd: Sequence[Any] = ODD) -> Any:
    """One of the seeds (plain data) with up to three changes. `odd`: what is put in the place of something else."""
    data = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 3))):
        places = _places(data)
        if not places:
            break
        one, key = draw(st.sampled_from(places))
        how = draw(st.sampled_from(("replace", "replace", "drop", "copy", "deepen", "rename", "wrap")))
        if how == "replace":
            one[key] = copy.deepcopy(draw(st.sampled_from(odd)))
        elif how == "drop":
            del one[key]
        elif how == "copy":
            other, its = draw(st.sampled_from(places))
            one[key] = copy.deepcopy(other.get(its) if isinstance(other, dict) else [*other, None][min(its, len(other))])
        elif how == "deepen":
            one[key] = draw(st.sampled_from(DEEP))
        elif how == "wrap":
            one[key] = [one[key]]
        elif isinstance(one, dict):
            one[draw(st.sampled_from(ODD_TEXTS))] = one.pop(key)
    return data


def written(data: Any) -> bytes:
    """Plain data as JSON text, and what is no number of JSON as Python writes it."""
    return nested(json.dumps(data).encode("utf-8", "surrogatepass"))


@st.composite
def torn(draw: st.DrawFn, texts: st.SearchStrategy[bytes]) -> bytes:
    """A text, one of four times with a few of its bytes dropped, doubled or replaced, or with a member written twice."""
    text = draw(texts)
    if draw(st.integers(0, 3)) or not text:
        return text
    for _ in range(draw(st.integers(1, 3))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 40))
        changes: tuple[Callable[[], bytes], ...] = (
            lambda: text[:at] + text[at + length :],  # noqa: B023
            lambda: text[: at + length] + text[at:],  # noqa: B023
            lambda: text[:at] + draw(st.sampled_from(_ODD_BYTES)) + text[at + 1 :],  # noqa: B023
            lambda: text[:at],  # noqa: B023
            lambda: _doubled(text, at),  # noqa: B023
        )
        text = draw(st.sampled_from(changes))()
    return text


def _doubled(text: bytes, at: int) -> bytes:
    """A JSON text with a member written twice: the first one after a place."""
    found = _MEMBER.search(text.decode("utf-8", "replace"), min(at, len(text)))
    return text.replace(found[0].encode(), f"{found[0]}, {found[0]}".encode(), 1) if found else text


def json_texts(seeds: Sequence[Any]) -> st.SearchStrategy[bytes]:
    """JSON texts that are nearly one of the seeds."""
    return torn(mutated(seeds).map(written))


def texts(seeds: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Texts that are nearly one of the seeds: bytes are torn, and parts of one stand in another."""
    whole = st.sampled_from(seeds)
    crossed = st.tuples(whole, whole, st.integers(0, 10_000), st.integers(0, 10_000)).map(
        lambda each: each[0][: each[2] % (len(each[0]) + 1)] + each[1][each[3] % (len(each[1]) + 1) :]
    )
    words = st.tuples(whole, st.integers(0, 10_000), st.sampled_from(ODD_TEXTS)).map(_with_odd_word)
    return torn(st.one_of(whole, crossed, words).map(lambda text: text.encode("utf-8", "surrogatepass")))


_WORD = re.compile(r'"[^"]*"|[\w:.@^-]+')


def _with_odd_word(given: tuple[str, int, str]) -> str:
    """A text with one of its words replaced."""
    text, number, odd = given
    words = [*_WORD.finditer(text)]
    if not words:
        return text
    word = words[number % len(words)]
    return text[: word.start()] + odd + text[word.end() :]
