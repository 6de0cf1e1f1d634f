"""Which rows of a table have dates that decide something, or that cannot be: those that only a reader of cases can read.

Of all other rows a date is looked at, and decides nothing: they are decided by their columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.decide.dates import Moment, read_moment
from spinegraph.engine.errors import CaseError
from spinegraph.engine.population.columns import Column, Columns

Flags = NDArray[np.bool_]


class Texts(NamedTuple):
    """A column of texts: the different ones, the last of them None for nothing, and which of them stands in each row."""

    texts: list[str | None]
    indices: NDArray[np.int64]


def texts_of(given: Any) -> Texts:
    """The texts of an Arrow array.

    >>> import pyarrow as pa
    >>> found = texts_of(pa.array(["2026", None, "2026"]))
    >>> found.texts, found.indices.tolist()
    (['2026', None], [0, 1, 0])
    """
    found = given.dictionary_encode()
    texts = [*found.dictionary.to_pylist(), None]
    return Texts(texts, found.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False).astype(np.int64))


class Pairs(NamedTuple):
    """The different pairs of texts that stand in two columns, the first row of each, and which of them stands in each row."""

    texts: list[tuple[str | None, str | None]]
    rows: NDArray[np.int64]
    indices: NDArray[np.int64]


def pairs_of(one: Texts, other: Texts) -> Pairs:
    """The pairs of two columns of one batch."""
    count = len(other.texts)
    different, rows, indices = np.unique(one.indices * count + other.indices, return_index=True, return_inverse=True)
    found = (divmod(number, count) for number in different.tolist())
    return Pairs([(one.texts[first], other.texts[second]) for first, second in found], rows, indices)


class DatedColumns:
    """The dates of one table. `given`, of its methods: what stands in a column of a batch."""

    def __init__(self, columns: Columns, decides: Callable[[Column], bool], as_of: str) -> None:
        """`decides`: whether something is decided by when the entries of a column were; `as_of`: the moment of rows without."""
        about = {column.heading: column for column in columns.read}
        dated = [(column, about[column.of]) for column in columns.of_kind("date")]
        self._deciding = [date for date, column in dated if decides(column)]
        self._others = [(date, column) for date, column in dated if not decides(column)]
        self._moments = next(columns.of_kind("as_of"), None)
        self._as_of = as_of or None

    def alone(self, given: Callable[[Column], Any], rows: int) -> Flags:
        """The rows that only a reader of cases can read: it decides what their dates do, or says what is wrong with them.

        An act that was done before a sign was there was not done for it, so that dates of both decide something.
        """
        found, signs, acts = np.zeros((3, rows), dtype=np.bool_)
        for date in self._deciding:
            found |= _is_known(given(date))
        moments = texts_of(given(self._moments)) if self._moments else Texts([None], np.zeros(rows, dtype=np.int64))
        for date, column in self._others:
            dated = _is_known(given(date))
            found |= dated & ~(_is_known(given(column)) & self._possible(texts_of(given(date)), moments))
            if column.kind in ("finding", "performed"):
                among = signs if column.kind == "finding" else acts
                among |= dated
        return found | signs & acts

    def _possible(self, dates: Texts, moments: Texts) -> Flags:
        """In which rows a date can be one of a case of that moment."""
        pairs = pairs_of(dates, moments)
        found = [_can_be(at, self._as_of if as_of is None else as_of) for at, as_of in pairs.texts]
        return np.array(found, dtype=np.bool_)[pairs.indices]


def _is_known(given: Any) -> Flags:
    """In which rows an Arrow array has a value."""
    found: Flags = given.is_valid().to_numpy(zero_copy_only=False)
    return found


def _can_be(at: str | None, as_of: str | None) -> bool:
    """Whether a case of a moment may have something of a date, as `dates.check_past` says it.

    >>> _can_be("2026-03-01", "2026-03"), _can_be("2026-04", "2026-03"), _can_be("soon", None)
    (True, False, False)
    """
    then, now = (None if text is None else _moment(text) for text in (at, as_of))
    if then is None or now is None:
        return then is not None and as_of is None
    return not then.after(now)


@lru_cache(maxsize=1 << 14)
def _moment(text: str) -> Moment | None:
    try:
        return read_moment(text, "at", "")
    except CaseError:
        return None
