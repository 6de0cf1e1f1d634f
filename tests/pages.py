"""The programs that docs/integrate.md shows, and what they print."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "integrate.md").read_text(encoding="utf-8")


def programs(language: str) -> list[str]:
    """The blocks of code in a language, in their order on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


TEN_LINES = PAGE.partition("Both print this:\n\n```\n")[2].partition("```")[0]
"""What the app of ten lines prints, in each language."""
