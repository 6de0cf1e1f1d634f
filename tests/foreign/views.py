"""Our ViewDefinitions, run by `@medplum/core`, and the SQL of `spinegraph export views`, run by SQLite: what a table of them is
decided as has to be what the folder of resources is.

The patients contradict nothing and have no dates, of which a table cannot say what a record does; their references are relative,
since this runner gives no key of others. `python -m tests.foreign.views`,
or `make foreign`. It ends with 1 where anything is decided otherwise.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine import Codebook, Engine, load_knowledge, make_codebook
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.fhir.bulk.export import Export
from spinegraph.engine.exchange.fhir.bulk.folder import open_folder
from spinegraph.engine.exchange.fhir.elements import Coding
from spinegraph.engine.exchange.fhir.reading import statuses
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.views.columns import Columns, Said, read_columns
from spinegraph.engine.exchange.fhir.views.table import table_sql
from spinegraph.engine.exchange.fhir.views.views import View, all_views
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.population.columns import Wanted
from spinegraph.engine.population.columns import read_columns as read_headings
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import open_table

from tests.foreign.panel import HERE

Json = dict[str, Any]
AS_OF = "2026-03-03"
MODULES = HERE / "node_modules"
YES, NO = ("http://snomed.info/sct", "373066001"), ("http://snomed.info/sct", "373067005")


class Shipped(NamedTuple):
    """A knowledge with what reads and shows records in it."""

    engine: Engine
    codebook: Codebook
    columns: Columns
    views: tuple[View, ...]


def shipped(engine: Engine) -> Shipped:
    codebook = make_codebook(engine.knowledge)
    columns = read_columns(engine.knowledge, codebook)
    return Shipped(engine, codebook, columns, tuple(all_views(engine.knowledge, columns)))


# Patients -----------------------------------------------------------------------------------


class Maker:
    """Makes resources of patients up: of every type and status, with every coding, now and then one that must not be used."""

    def __init__(self, one: Shipped, seed: int) -> None:
        self._one, self._chance, self._number = one, random.Random(seed), 0  # noqa: S311

    def patients(self, count: int) -> Iterator[Json]:
        for number in range(count):
            born = {"birthDate": f"{self._chance.randrange(1930, 2015)}-05-01"} if self._chance.random() < 0.7 else {}
            gender = self._chance.choice(({}, *({"gender": one} for one in ("male", "female", "other", "unknown"))))
            yield {"resourceType": "Patient", "id": f"p{number}", **born, **gender}
            yield from self._of_patient(f"p{number}", born=bool(born))

    def _of_patient(self, id_: str, *, born: bool) -> Iterator[Json]:
        said: tuple[set[str], set[str]] = set(), set()
        for _ in range(self._chance.randrange(30)):
            if (found := self._finding(said)) is not None:
                yield self._about(id_, found)
        for _ in range(self._chance.randrange(40)):
            yield self._about(id_, self._act())
        for code in self._one.columns.measurements:
            if self._chance.random() < 0.5 and not (born and code == self._one.codebook.age):
                yield self._about(id_, self._measured(code))
        for code, codings in self._one.columns.coded.items():
            if self._chance.random() < 0.5 and code != "sex":
                value = {"coding": [{"system": "x", "code": self._chance.choice([*self._one.columns.choices[code], "?"])}]}
                yield self._about(id_, {**self._observed(), "code": self._concept(codings), "valueCodeableConcept": value})

    def _about(self, id_: str, one: Json) -> Json:
        self._number += 1
        whose = "patient" if one["resourceType"] == "AllergyIntolerance" else "subject"
        odd = (
            {"modifierExtension": [{"url": "https://example.org/x", "valueBoolean": True}]}
            if self._chance.random() < 0.03
            else {}
        )
        return {**one, "id": f"r{self._number}", whose: {"reference": f"Patient/{id_}"}, **odd}

    def _concept(self, codings: Sequence[Coding]) -> Json:
        one = self._chance.choice(codings)
        return {"coding": [{"system": one.system, "code": one.code}]}

    def _of(self, said: Said) -> Coding:
        return self._chance.choice(said[self._chance.choice([*said])])

    def _finding(self, said: tuple[set[str], set[str]]) -> Json | None:
        """A resource about a finding; None for one that would contradict what the patient has said."""
        columns = self._one.columns
        present, coding = self._chance.random() < 0.6, self._of(columns.wider_findings)
        about = columns.wider_findings if present else columns.findings
        codes = {code for code, codings in about.items() if coding in codings}
        if said[present] & codes:
            return None
        said[not present].update(codes)
        site = {"bodySite": {"text": "left"}} if self._chance.random() < 0.1 else {}
        concept = {"coding": [{"system": coding.system, "code": coding.code}]}
        kind = self._chance.choice(("Condition", "AllergyIntolerance", "Observation"))
        if kind == "Observation":
            return {**self._observed(), "code": concept, **self._answer(present=present), **site}
        status = self._chance.choice([one for one in statuses.VERIFICATION if one != "refuted"]) if present else "refuted"
        clinical = self._chance.choice([*statuses.CLINICAL, "active", "active", ""])
        ended = {"abatementDateTime": "2025-01-01"} if kind == "Condition" and self._chance.random() < 0.1 else {}
        told = {"verificationStatus": status, "clinicalStatus": clinical if present else ""}
        coded = {name: {"coding": [{"system": "x", "code": code}]} for name, code in told.items() if code}
        sited = {"bodySite": [site["bodySite"]]} if site and kind == "Condition" else {}
        return {"resourceType": kind, "code": concept, **coded, **sited, **(ended if present else {})}

    def _observed(self) -> Json:
        odd = {"focus": [{"reference": "Patient/other"}]} if self._chance.random() < 0.05 else {}
        return {"resourceType": "Observation", "status": self._chance.choice([*statuses.OBSERVATION, "final", "final"]), **odd}

    def _answer(self, *, present: bool) -> Json:
        system, code = YES if present else NO
        coded = {"valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}
        absent = {"dataAbsentReason": {"text": "not asked"}}
        return self._chance.choice(({"valueBoolean": present}, coded, {"valueString": "yes"}, absent))

    def _act(self) -> Json:
        columns = self._one.columns
        kind, table = self._chance.choice([*ACTS.items()])
        among = columns.wider_interventions
        narrower = {
            code: rest
            for code, all_ in among.items()
            if (rest := tuple(one for one in all_ if one not in columns.interventions.get(code, ())))
        }
        coding = self._of(narrower if narrower and self._chance.random() < 0.3 else among)
        concept = self._concept((coding,))
        status = self._chance.choice([*table, *[one for one, meant in table.items() if meant in ("performed", "taking")] * 6])
        where = {"ImagingStudy": "procedureCode"}.get(
            kind, "medicationCodeableConcept" if kind.startswith("Medication") else "code"
        )
        intent = {"intent": self._chance.choice([*sorted(statuses.ORDERS), "plan", "option"])} if kind.endswith("Request") else {}
        told = {"doNotPerform": self._chance.random() < 0.5} if intent and self._chance.random() < 0.3 else {}
        over = {"effectivePeriod": {"end": "2025-01-01"}} if kind == "MedicationStatement" and self._chance.random() < 0.2 else {}
        named = [concept] if kind == "ImagingStudy" else concept
        return {"resourceType": kind, "status": status, where: named, **intent, **told, **over}

    def _measured(self, code: str) -> Json:
        least, most, unit = self._one.codebook.ranges[code]
        value: Json = {"value": self._chance.randint(int(least), int(most)), "unit": unit}
        if self._chance.random() < 0.9:
            value |= {"system": "http://unitsofmeasure.org", "code": unit}
        if self._chance.random() < 0.1:
            value["comparator"] = "<"
        return {**self._observed(), "code": self._concept(self._one.columns.measurements[code]), "valueQuantity": value}


ACTS: Mapping[str, Mapping[str, str]] = {
    "Procedure": statuses.PROCEDURE,
    "ImagingStudy": statuses.STUDY,
    "DiagnosticReport": statuses.REPORT,
    "ServiceRequest": statuses.REQUEST,
    "MedicationStatement": statuses.MEDICATION_STATEMENT,
    "MedicationRequest": statuses.MEDICATION_REQUEST,
}


# Both ways ----------------------------------------------------------------------------------


def rows_of(one: Shipped, resources: Sequence[Json]) -> dict[str, list[Json]]:
    """View → its rows, as the runner of others has them. Raises RuntimeError where that fails."""
    asked = {"views": [view.definition(one.engine.knowledge.version) for view in one.views], "resources": resources}
    command = ["node", str(HERE / "views.mjs")]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode:
        raise RuntimeError(f"node ended with {done.returncode}: {done.stderr[-1000:]}")
    found: dict[str, list[Json]] = json.loads(done.stdout)
    return found


def table_of(one: Shipped, rows: Mapping[str, Sequence[Json]], path: Path) -> Path:
    """The table that our SQL makes of the rows of views, as CSV."""
    database = sqlite3.connect(":memory:")
    for view in one.views:
        column = view.definition("")["select"][0]["column"]
        names = [str(each["name"]) for each in column]
        database.execute(f"CREATE TABLE {view.name} ({', '.join(names)})")
        places = ", ".join("?" * len(names))
        filled = [[row.get(name) for name in names] for row in rows[view.name]]
        database.executemany(f"INSERT INTO {view.name} VALUES ({places})", filled)  # noqa: S608
    answer = database.execute(table_sql(one.views, one.codebook.age))
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([name for name, *_ in answer.description])
        writer.writerows(answer)
    database.close()
    return path


def differences(one: Shipped, count: int, seed: int, folder: Path) -> Iterator[str]:
    """What a table says, and is decided, otherwise than the resources that it was made of, in words."""
    resources = [*Maker(one, seed).patients(count)]
    export = folder / "export"
    export.mkdir()
    (export / "all.ndjson").write_text("".join(json.dumps(each) + "\n" for each in resources), encoding="utf-8")
    read = Export(open_folder(export), FhirReader(one.engine.knowledge, one.codebook), AS_OF)
    alone = {each.id: each.file.case for each in read.patients(read.accounts())}
    table = open_table(table_of(one, rows_of(one, resources), folder / "table.csv"))
    columns = read_headings(table.headings, one.codebook, Wanted(), "table.csv")
    population = Population(one.engine, one.codebook, table, columns, AS_OF)
    if population.decide(asked_of(one.engine), []) != len(alone):
        yield "another number of patients"
    for id_, case in alone.items():
        other = population.case(id_)
        if case_data(case) != case_data(other):
            yield f"{id_}: record {case_data(case)}, table {case_data(other)}"
        ours, theirs = one.engine.verdicts(case), one.engine.verdicts(other)
        yield from (f"{id_}, {rule}: record {ours[rule]}, table {theirs[rule]}" for rule in ours if ours[rule] != theirs[rule])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--over", action="append", help="a shipped package; by default each")
    arguments = parser.parse_args()
    worst = 0
    for name, folders in shipped_packages().items():
        if arguments.over and name not in arguments.over:
            continue
        one = shipped(Engine(load_knowledge(named_paths(*folders))))
        with tempfile.TemporaryDirectory() as folder:
            found = [*differences(one, arguments.patients, 1, Path(folder))]
        verdicts = arguments.patients * len(asked_of(one.engine).rules)
        print(f"{name}: {verdicts:,} verdicts of {arguments.patients} patients, {len(one.views)} views, {len(found)} differences")
        print("".join(f"  {text}\n" for text in found[:20]), end="")
        worst |= bool(found)
    return worst


if __name__ == "__main__":
    sys.exit(main())
