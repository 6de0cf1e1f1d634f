"""Records of FHIR: 1,000 resources to a case with its account, to a `standard` answer, and to cards.

Beside it, in the same run, what cannot be spared: their decoding by msgspec into the structs of what is read, and the answer
itself; and their reading by `fhir.resources`, where the extra `foreign` is installed. CPU time, the least of several rounds that
take turns. The record is made up: as a clinic keeps it, most of it is about something else.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import structs
from spinegraph.engine import Engine, make_codebook
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.gathering import gather
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions
from spinegraph.engine.exchange.cds_hooks.order_cards import order_writer
from spinegraph.engine.exchange.cds_hooks.request import parse_hook
from spinegraph.engine.exchange.fhir.reading.bundle_forms import decode_bundle
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.model import Case

from bench.measured import Measured
from bench.subjects import shipped_engine

TOPIC = "FHIR"
RESOURCES, ROUNDS = 1_000, 15
AS_OF = "2026-03-03"
SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
FACTS = ("161891005", "386661006", "22253000")
"""Codes that mean something to the shipped guideline; they stand in few of the resources."""
Json = dict[str, Any]


def record(count: int, seed: int = 5) -> bytes:
    """A Bundle of one patient with so many resources, in the shares in which a general practice has them."""
    chance = random.Random(seed)
    makers = (_procedure, _procedure, _encounter, _condition, _observation, _observation, _prescription)
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1972-05-01", "gender": "female"}
    entries = [{"fullUrl": _url(0), "resource": patient}]
    for number in range(1, count):
        resource = makers[number % len(makers)](chance, f"{number}")
        entries.append({"fullUrl": _url(number), "resource": {**resource, "subject": {"reference": _url(0)}}})
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _url(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def _concept(chance: random.Random, system: str) -> Json:
    common = system == SNOMED and chance.random() < 0.02
    code = chance.choice(FACTS) if common else str(chance.randrange(90_000_000, 90_000_200))
    return {"coding": [{"system": system, "code": code, "display": f"What the code {code} stands for"}], "text": f"Code {code}"}


def _status(name: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": code}]}


def _day(chance: random.Random) -> str:
    return f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}T09:30:00+01:00"


def _condition(chance: random.Random, id_: str) -> Json:
    active = chance.random() < 0.5
    return {
        "resourceType": "Condition", "id": id_, "code": _concept(chance, SNOMED),
        "clinicalStatus": _status("condition-clinical", "active" if active else "resolved"),
        "verificationStatus": _status("condition-ver-status", "confirmed"),
        "category": [_status("condition-category", "encounter-diagnosis")],
        "onsetDateTime": _day(chance), "recordedDate": _day(chance),
    }  # fmt: skip


def _observation(chance: random.Random, id_: str) -> Json:
    unit = {"unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    return {
        "resourceType": "Observation", "id": id_, "status": "final", "code": _concept(chance, LOINC),
        "category": [_status("observation-category", "laboratory")],
        "effectiveDateTime": _day(chance), "issued": _day(chance),
        "valueQuantity": {"value": round(chance.uniform(1, 200), 1), **unit},
    }  # fmt: skip


def _procedure(chance: random.Random, id_: str) -> Json:
    period = {"start": _day(chance), "end": _day(chance)}
    where = {"reference": _url(3), "display": "A general practice"}
    return {
        "resourceType": "Procedure", "id": id_, "status": "completed", "code": _concept(chance, SNOMED),
        "performedPeriod": period, "encounter": {"reference": _url(3)}, "location": where,
    }  # fmt: skip


def _prescription(chance: random.Random, id_: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": id_, "status": chance.choice(("active", "completed", "stopped")),
        "intent": "order", "medicationCodeableConcept": _concept(chance, RXNORM), "authoredOn": _day(chance),
        "dosageInstruction": [{"sequence": 1, "text": "One tablet every morning", "asNeededBoolean": False}],
    }  # fmt: skip


def _encounter(chance: random.Random, id_: str) -> Json:
    return {
        "resourceType": "Encounter", "id": id_, "status": "finished", "type": [_concept(chance, SNOMED)],
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": _day(chance), "end": _day(chance)},
    }  # fmt: skip


def fhir_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic."""
    engine, body = shipped_engine(), record(RESOURCES)
    times = _least(_runs(engine, body), 3 if quick else ROUNDS)
    parts = {"decoding by msgspec into structs": times["decode"], "a standard answer": times["answer"]}
    spared, least = " and ".join(parts), sum(parts.values())
    size = f"{RESOURCES:,} resources ({len(body) / 1e6:.1f} MB)"
    for name, what, against, base in (
        ("case", f"{size} to a case with its account", "their decoding alone", times["decode"]),
        ("short", "the same, the account in short", "their decoding alone", times["decode"]),
        ("whole", "to a standard answer, the account in short", spared, least),
        ("cards", "in the prefetch of a hook, to cards", spared, least),
    ):
        yield Measured(TOPIC, what, times[name] / base, "× the time", against, f"{_ms(times[name])} against {_ms(base)}")
    if importlib.util.find_spec("fhir"):
        theirs = _least({"theirs": _by_fhir_resources(body)}, 2)["theirs"]
        note, ratio = f"{_ms(theirs)} against {_ms(times['case'])}", theirs / times["case"]
    else:
        note, ratio = "the extra `foreign` is not installed", None
    yield Measured(TOPIC, "reading by fhir.resources", ratio, "× the time", "to a case with its account", note)


def _runs(engine: Engine, body: bytes) -> dict[str, Callable[[], object]]:
    reader, options = FhirReader(engine.knowledge, make_codebook(engine.knowledge)), RecordOptions(as_of=AS_OF)
    case = reader.read(body, options).case
    numbers = itertools.count()
    answering = HookAnswering(engine, make_codebook(engine.knowledge), order_writer(engine.knowledge))

    def carded() -> None:
        hook = parse_hook(_hook(body, next(numbers)), "patient-view")
        known = gather(hook, {}, {}, {})
        file = answering.read(hook, known, AS_OF)
        msgspec.json.encode(answering.answer(hook, known, file, LinkOptions("https://guidelines.example/")))

    def answered() -> None:
        file = reader.read(body, options._replace(in_short=True))
        with_account(engine.answer(_unseen(file.case, next(numbers))), file.account)

    return {
        "decode": lambda: decode_bundle(body),
        "answer": lambda: engine.answer(_unseen(case, next(numbers))),
        "case": lambda: reader.read(body, options),
        "short": lambda: reader.read(body, options._replace(in_short=True)),
        "whole": answered,
        "cards": carded,
    }


def _unseen(case: Case, number: int) -> Case:
    """The same case with a temperature of its own, so that no answer is remembered."""
    return structs.replace(case, measurements={**case.measurements, "temperature_c": 36 + number / 1e6})


def _hook(body: bytes, number: int) -> bytes:
    """A patient-view with this record, and with a temperature of its own."""
    value = {"value": 36 + number / 1e6, "unit": "Cel", "system": "http://unitsofmeasure.org", "code": "Cel"}
    taken = {
        "resourceType": "Observation", "id": "t", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": LOINC, "code": "8310-5"}]}, "effectiveDateTime": AS_OF, "valueQuantity": value,
    }  # fmt: skip
    context = b'{"userId":"Practitioner/who","patientId":"p"}'
    instance = b"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    told = b'{"hook":"patient-view","hookInstance":"%b","context":%b,"prefetch":{"record":%b,"now":%b}}'
    return told % (instance, context, body, json.dumps(taken).encode())


def _by_fhir_resources(body: bytes) -> Callable[[], object]:
    from fhir.resources.R4B.bundle import Bundle

    return lambda: Bundle.model_validate_json(body)


def _least(runs: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """CPU seconds of each, the least of so many rounds."""
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - start)
    return least


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"
