"""Random cases to FHIR and back: what of them comes back otherwise."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from spinegraph.engine import Case, Codebook, Engine, MeasurementError, make_case, make_codebook
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.writing.case_bundle import CaseBundles
from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json

from tests.random_cases import random_cases

Write = Callable[[Case], tuple[Json, tuple[str, ...]]]


class Doors(NamedTuple):
    """An engine with what reads and writes its cases."""

    engine: Engine
    codebook: Codebook
    reader: FhirReader
    as_answers: Write
    as_bundle: Write


def doors_of(engine: Engine) -> Doors:
    codebook, knowledge = make_codebook(engine.knowledge), engine.knowledge
    form, responder = Questionnaires(knowledge).write(FormName()), Responder(knowledge)
    bundles = CaseBundles(knowledge, Codings(knowledge))
    return Doors(
        engine,
        codebook,
        FhirReader(knowledge, codebook),
        lambda case: responder.write(case, form),
        lambda case: bundles.write(case),
    )


def cases_of(doors: Doors, seed: int, count: int) -> Iterator[Case]:
    """So many random cases that somebody can send: of two readings one has to be known to be the later."""
    sent = 0
    for drawn in itertools.islice(random_cases(doors.engine.program, seed), 10 * count):
        try:
            case = make_case(case_data(drawn), doors.codebook)
        except MeasurementError:
            continue
        yield case
        sent += 1
        if sent == count:
            return


def lost(doors: Doors, case: Case, write: Write) -> Json:
    """What a case has, by member, and what came back instead; and verdicts that differ."""
    resource, left_out = write(case)
    again = doors.reader.read(json.dumps(resource).encode()).case
    sent, came = case_data(case), case_data(again)
    found: Json = {name: (sent.get(name), came.get(name)) for name in {*sent, *came} if sent.get(name) != came.get(name)}
    if doors.engine.verdicts(again) != doors.engine.verdicts(case):
        found["verdicts"] = "differ"
    return found | ({"left out": left_out} if left_out else {})
