"""What docs/population.md shows from Python is done as it is written, from the top to the end."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tests.population.sailing import no_doctests_of_pyspark

PAGE = Path(__file__).parents[2] / "docs" / "population.md"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_sessions_of_python_go_as_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PAGE.parents[1])
    blocks = re.findall(r"^```pycon\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    with no_doctests_of_pyspark():
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=told.append)
    assert results.attempted > 15
    assert not results.failed, "".join(told)
