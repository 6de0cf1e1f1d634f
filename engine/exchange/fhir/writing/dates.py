"""Dates of a case → dates of FHIR (R4, section 2.24.0.1): a time has seconds and a zone there."""

from __future__ import annotations

import re

_TIMED = re.compile(r"(?P<day>[\d-]+)T(?P<minutes>\d\d:\d\d)(?P<seconds>:\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII)


def date_time(text: str) -> str:
    """The same moment as FHIR writes it, or "" where it cannot: of a time without a zone.

    >>> date_time("2026-03"), date_time("2026-03-01T08:30Z"), date_time("2026-03-01T08:30:00.5+01:00")
    ('2026-03', '2026-03-01T08:30:00Z', '2026-03-01T08:30:00.5+01:00')
    >>> date_time("2026-03-01T08:30")
    ''
    """
    timed = _TIMED.fullmatch(text)
    if timed is None:
        return text
    return f"{timed['day']}T{timed['minutes']}{timed['seconds'] or ':00'}{timed['zone']}" if timed["zone"] else ""
