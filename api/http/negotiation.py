"""Media types: which one a request's body has, and which one its sender would like best (RFC 9110, sections 8.3 and 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from spinegraph.api.http.errors import NotAcceptableError
from starlette.requests import Request


class MediaType(NamedTuple):
    """`type/subtype` in lower case, and its parameters without quotes."""

    name: str
    parameters: tuple[tuple[str, str], ...]


def parse_media_type(text: str) -> MediaType:
    """`text/turtle; charset=UTF-8` → its parts; names in lower case, values as they are."""
    name, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest if part.strip())
    return MediaType(name.strip().lower(), tuple((key.strip().lower(), value.strip().strip('"')) for key, _, value in pairs))


def accepted(request: Request) -> str:
    """The Accept headers of a request as one list (RFC 9110 section 5.3); empty if there are none."""
    return ",".join(request.headers.getlist("accept"))


def negotiated(request: Request, offered: tuple[str, ...], answer: str) -> str:
    """The offered media type that a request likes best. Raises NotAcceptableError; `answer` begins its sentence."""
    media_type = preferred(accepted(request), offered)
    if media_type is None:
        raise NotAcceptableError(
            f"{answer} cannot be had in a media type that Accept names.", where="Accept", mend=f"Accept {' or '.join(offered)}."
        )
    return media_type


def asks_for(request: Request, media_type: str) -> bool:
    """Whether a request names this very media type, as browsers name HTML, and not only a range that has it."""
    return any(one.name == media_type and _weight(one) > 0 for one in map(parse_media_type, accepted(request).split(",")))


@lru_cache(maxsize=256)
def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The offered type that an Accept header likes best, or None if it takes none of them.

    No header takes everything. Among equals the first offered wins. The most specific range decides about a type; q=0
    forbids it; a range whose quality is not a number from 0 to 1 is not understood and counts for nothing.
    """
    ranges = [parse_media_type(text) for text in accept.split(",") if text.strip()]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda name: _quality(name, ranges))
    return best if _quality(best, ranges) > 0 else None


def _quality(name: str, ranges: list[MediaType]) -> float:
    """The quality that the most specific matching range gives a type."""
    for matching in (name, f"{name.partition('/')[0]}/*", "*/*"):
        found = [_weight(media_range) for media_range in ranges if media_range.name == matching]
        if found:
            return max(found)
    return 0.0


def _weight(media_range: MediaType) -> float:
    text = dict(media_range.parameters).get("q", "1")
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def preferred_language(request: Request, spoken: Sequence[str]) -> str:
    """The language that Accept-Language likes best of English and those that the content is written in; "" is English.

    Ranges are matched by their first part (RFC 4647, section 3.4), and whoever names none of these gets English.
    """
    if not spoken:
        return ""
    ranges = [parse_media_type(text) for text in ",".join(request.headers.getlist("accept-language")).split(",") if text.strip()]
    weights = {
        name: max((_weight(one) for one in ranges if one.name.split("-")[0] == name), default=0.0) for name in ("en", *spoken)
    }
    best = max(weights, key=weights.__getitem__)
    return "" if best == "en" else best
