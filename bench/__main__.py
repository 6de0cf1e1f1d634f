"""Measures, in one run, what decisions cost and how that grows: prints each row as it has it, and writes docs/performance.md.

The page is written anew after every topic, so that nothing is lost where a run is broken off.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from bench.measured import LOG, ROOT, keep_results, record
from bench.page import DOCS, PAGE, write_page
from bench.topics import TOPICS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [topic.name for topic in TOPICS]
    parser.add_argument("--topic", action="append", choices=names, metavar="NAME", help=f"measure this alone: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="fewer copies and repeats; nothing is written but the log")
    options = parser.parse_args()
    console = Console(highlight=False)
    for topic in TOPICS:
        if topic.measures and topic.name in (options.topic or names):
            console.rule(topic.name)
            found = record(topic.name, topic.rows(options.quick), console)
            if not options.quick:
                write_page(keep_results(found))
    written = LOG if options.quick else DOCS / PAGE
    console.print(f"Written: {written.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
