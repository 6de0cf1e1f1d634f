"""No sentence of a source stands in the project: facts carry over, wording does not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT.parent / "shared" / "sources"
LONGEST_RUN = 7


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def _project_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here (../shared/sources)")
def test_no_run_of_eight_words_of_a_source_stands_in_the_project() -> None:
    forbidden = {
        run for document in SOURCES.glob("*.txt") for run in _runs(_words(document.read_text(encoding="utf-8")), LONGEST_RUN + 1)
    }
    assert len(forbidden) > 1000
    copied = []
    for path in _project_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        copied += [
            f"{path.relative_to(ROOT)}: {' '.join(run)}" for run in _runs(_words(text), LONGEST_RUN + 1) if run in forbidden
        ]
    assert copied == []
