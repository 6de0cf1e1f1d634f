"""What of a Patient resource can be handed on beside the verdicts, and counted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from spinegraph.engine.errors import UNDECODABLE, PopulationError, shortened


def _text(*path: str) -> Callable[[Any], str | None]:
    """What stands at a path, of a list in its first element; None where nothing does that is text or a Boolean."""

    def found(part: Any) -> str | None:
        for name in path:
            part = part.get(name) if isinstance(part, dict) else None
            part = part[0] if isinstance(part, list) and part else part
        if isinstance(part, bool):
            return str(part).lower()
        return part if isinstance(part, str) else None

    return found


COLUMNS: Mapping[str, Callable[[Any], str | None]] = {
    "gender": _text("gender"),
    "birthDate": _text("birthDate"),
    "active": _text("active"),
    "managingOrganization": _text("managingOrganization", "reference"),
    "generalPractitioner": _text("generalPractitioner", "reference"),
    "address.country": _text("address", "country"),
    "address.state": _text("address", "state"),
    "address.district": _text("address", "district"),
    "address.city": _text("address", "city"),
    "address.postalCode": _text("address", "postalCode"),
}
"""Name of a column → what it says of a patient; of several practitioners or addresses the first."""


_ROOTS = {name: name.partition(".")[0] for name in COLUMNS}
_MEMBERS = msgspec.json.Decoder(
    msgspec.defstruct("_Members", [(root, msgspec.Raw, msgspec.Raw(b"null")) for root in dict.fromkeys(_ROOTS.values())])
)
"""A Patient resource with the members that columns are made of, each to be read by itself: no other one can be in the way."""


def require_columns(names: Sequence[str]) -> None:
    """Raise PopulationError for a column that a patient does not have."""
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1, cutoff=0.5)
            mend = f"Did you mean {near[0]!r}? " if near else ""
            what = f"A patient has no column {shortened(name)}."
            raise PopulationError(what, where="--keep, --by", mend=f"{mend}There are {', '.join(COLUMNS)}.")


def values_of_patient(raw: bytes, names: Sequence[str]) -> list[str | None]:
    """What a Patient resource has in these columns; nothing where that cannot be read, as where it is no text."""
    if not names:
        return []
    members = _MEMBERS.decode(raw)
    patient = {root: _decoded(getattr(members, root)) for root in {_ROOTS[name] for name in names}}
    return [COLUMNS[name](patient) for name in names]


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except UNDECODABLE:
        return None
