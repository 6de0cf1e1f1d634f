"""Small folders of an export, made up for these tests."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from spinegraph.engine.exchange.fhir.bulk.export import Export, PatientRecord
from spinegraph.engine.exchange.fhir.bulk.folder import open_folder
from spinegraph.engine.exchange.fhir.bulk.totals import Accounts
from spinegraph.engine.exchange.fhir.reading.record import FhirReader

from tests.exchange.fhir.reading.making import AS_OF, Json


def lines(*resources: Json | str) -> bytes:
    """Resources one a line; what is text stands there as it is."""
    return b"".join((one if isinstance(one, str) else json.dumps(one)).encode() + b"\n" for one in resources)


def folder_of(path: Path, /, **files: Sequence[Json | str]) -> Path:
    """A folder with a file for each name; the second of two is packed."""
    path.mkdir(exist_ok=True)
    for number, (name, resources) in enumerate(files.items()):
        body = lines(*resources)
        if number % 2:
            (path / f"{name}.ndjson.gz").write_bytes(gzip.compress(body))
        else:
            (path / f"{name}.ndjson").write_bytes(body)
    return path


def read_folder(
    path: Path, reader: FhirReader, *, keep_going: bool = False, as_of: str = AS_OF
) -> tuple[dict[str, PatientRecord], Accounts]:
    """The patients of a folder by id, and what became of its resources."""
    export = Export(open_folder(path), reader, as_of, keep_going=keep_going)
    accounts = export.accounts()
    found = [*export.patients(accounts)]
    by_id = {one.id: one for one in found}
    assert len(by_id) == len(found)
    return by_id, accounts
