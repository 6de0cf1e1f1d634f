"""What is measured is kept row by row, and the page says what was kept and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console

from bench.measured import Measured, TopicResults, keep_results, read_results, record
from bench.page import DOCS, PAGE, picture, render_page, write_page
from bench.plots import plot
from bench.topics import TOPICS

HERE = Path(__file__).resolve().parent
ROWS = tuple(msgspec.json.decode(line, type=Measured) for line in (HERE / "measured.ndjson").read_bytes().splitlines())
RESULTS = tuple(
    TopicResults(topic, "2026-01-31", "a machine", tuple(row for row in ROWS if row.topic == topic))
    for topic in dict.fromkeys(row.topic for row in ROWS)
)


def tables(page: str) -> dict[str, list[list[str]]]:
    """The cells below each heading, without the head of the table."""
    found: dict[str, list[list[str]]] = {}
    for section in page.split("\n## ")[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")][2:]
        found[section.splitlines()[0]] = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return found


def test_the_page_has_every_row_below_its_topic() -> None:
    found = tables(render_page(RESULTS))
    assert found["One patient"] == [
        ["brief answer", "22.2 × the time", "the verdicts alone", "411 µs against 18 µs"],
        [r"an engine \| of others", "not measured", "the verdicts alone", "it is not installed"],
    ]
    assert found["Growth with rules"] == [
        ["loading", "876", "1.02 × the time", "linear, from 219 rules", "1.70 s against 0.42 s"],
        ["loading", "60,006", "1.17 × the time", "linear, from 219 rules", "136.00 s against 0.42 s"],
    ]
    assert sum(map(len, found.values())) == len(ROWS)


def test_the_page_has_a_place_for_every_topic() -> None:
    page = render_page([TopicResults(topic.name, "2026-01-31", topic.name, ()) for topic in TOPICS])
    assert [topic.name for topic in TOPICS if f"Measured on 2026-01-31: {topic.name}." not in page] == []


def test_the_page_and_its_pictures_are_what_was_measured() -> None:
    results = read_results()
    assert (DOCS / PAGE).read_text(encoding="utf-8") == render_page(results)
    for found in results:
        assert (DOCS / picture(found.topic)).read_bytes().startswith(b"<?xml")


def test_rows_are_kept_as_they_come(tmp_path: Path) -> None:
    log, console = tmp_path / "build" / "log.ndjson", Console(quiet=True)
    found = record("one patient", RESULTS[0].rows, console, log)
    assert found.rows == RESULTS[0].rows
    assert [msgspec.json.decode(line, type=Measured) for line in log.read_bytes().splitlines()] == list(found.rows)
    with pytest.raises(ValueError, match="a row of the topic 'growth with rules' among those of 'one patient': loading"):
        record("one patient", ROWS, console, log)
    assert len(log.read_bytes().splitlines()) == 2 * len(found.rows)


def test_a_topic_that_is_measured_again_takes_the_place_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    for found in RESULTS:
        keep_results(found, path)
    again = TopicResults("one patient", "2026-02-01", "another machine", (replace(ROWS[0], ratio=20.0),))
    assert keep_results(again, path) == read_results(path) == (again, RESULTS[1])


@pytest.mark.parametrize("found", RESULTS, ids=lambda found: found.topic)
def test_a_plot_is_text_and_the_same_every_time(found: TopicResults) -> None:
    picture = plot(found)
    assert plot(found) == picture
    words = " ".join(element.text or "" for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"))  # noqa: S314 (our own)
    for row in found.rows:
        assert (row.what in words) == (row.ratio is not None)


def test_pictures_stand_beside_the_page(tmp_path: Path) -> None:
    write_page(RESULTS, tmp_path)
    targets = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (tmp_path / PAGE).read_text(encoding="utf-8"))
    assert sorted(targets) == sorted(picture(found.topic) for found in RESULTS)
    assert [target for target in targets if not (tmp_path / target).exists()] == []
