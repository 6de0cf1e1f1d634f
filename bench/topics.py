"""The topics of `make bench`, in the order in which the page has them, each with what measures its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench.archive import archive_rows
from bench.fhir import fhir_rows
from bench.growth import growth_rows
from bench.http import http_rows
from bench.measured import Measured
from bench.one_patient import one_patient_rows
from bench.patients import patients_rows
from bench.rivals.one_patient import one_patient_rivals_rows
from bench.rivals.speed import rivals_rows
from bench.sparql import sparql_rows
from bench.validation import validation_rows

Rows = Callable[[bool], Iterator[Measured]]
"""Yields each row as soon as it is measured. True: quickly, with fewer copies and repeats; such figures are not published."""


class Topic(NamedTuple):
    """A name, and what measures its rows, one after the other. The prose about it stands in the template of the page."""

    name: str
    measures: tuple[Rows, ...]

    def rows(self, quick: bool) -> Iterator[Measured]:
        for measure in self.measures:
            yield from measure(quick)


TOPICS = (
    Topic("one patient", (one_patient_rows, one_patient_rivals_rows)),
    Topic("a million patients", (rivals_rows,)),
    Topic("growth with rules", (growth_rows,)),
    Topic("growth with patients", (patients_rows,)),
    Topic("SPARQL", (sparql_rows,)),
    Topic("HTTP", (http_rows,)),
    Topic("FHIR", (fhir_rows,)),
    Topic("validation", (validation_rows,)),
    Topic("archive", (archive_rows,)),
)
