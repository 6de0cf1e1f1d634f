"""A case → the values of the parameters of its library: what a FHIR adaptor would do."""

from __future__ import annotations

from datetime import date
from typing import Any

from spinegraph.engine.criteria.occurrence import Timeline, When
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.decide.timeline import Timelines, bits_in_time
from spinegraph.engine.exchange.cql.dated import AS_OF, DATES, DENIED, READINGS
from spinegraph.engine.exchange.cql.inputs import BOTH_WAYS, LAST_DONE, Inputs
from spinegraph.engine.exchange.cql.tree import Parameter
from spinegraph.engine.model import Case, Timed
from spinegraph.engine.program.program import Program


class Patients:
    """Gives the parameters of cases of one program. Every parameter is named: what is not known is null."""

    def __init__(self, program: Program) -> None:
        self._inputs = Inputs(program)
        self._inputs.planes()
        self._program = program
        self._timelines = Timelines(program)

    def parameters(self, case: Case) -> dict[str, dict[str, Any]]:
        """Name → type and value, numbers as text, a date as its first and its last day."""
        values: dict[str, Any] = dict(self._stated(case))
        both = {*case.present} & {*case.absent}
        values |= {code: repr(float(value)) for code, value in case.measurements.items()}
        values |= dict(case.coded)
        values |= {f"performed:{code}": True for code in case.performed}
        values |= {LAST_DONE.format(f"performed:{code}"): _days(at) for code, at in case.dates.get("performed", {}).items()}
        values[AS_OF] = _days(case.as_of) if case.as_of else None
        timeline = self._timelines.of(case)
        values |= self._dated(timeline)
        for name, criterion in self._inputs.left_out.items():
            if not isinstance(criterion, Timed):
                raise TypeError(f"{name} is not about dates.")
            holds, refuted = bits_in_time(criterion, timeline, self._program.knowledge.hierarchy)
            values[name] = {(1, 0): True, (0, 1): False}.get((holds, refuted))
            if holds and refuted:
                both.add(name)
        values |= {BOTH_WAYS.format(code): True for code in both}
        return {
            name: {"type": parameter.type, "value": values.get(name, _nothing(parameter))}
            for name, parameter in self._inputs.parameters.items()
        }

    def _dated(self, timeline: Timeline) -> dict[str, Any]:
        """The entries of facts and measurements; of what has none, nothing."""
        things = self._program.knowledge
        codes = {iri: finding.code for iri, finding in things.findings.items()}
        codes |= {iri: measurement.code for iri, measurement in things.measurements.items()}
        values: dict[str, Any] = {
            DATES.format(codes[iri]): list(map(_interval, dates)) for iri, dates in timeline.entries.items()
        }
        values |= {DENIED.format(codes[iri]): True for iri in timeline.denied}
        for iri, readings in timeline.readings.items():
            values[READINGS.format(codes[iri])] = [
                {"number": str(number), "value": repr(float(reading.value)), "at": _interval(reading.when)}
                for number, reading in enumerate(readings, 1)
            ]
        return values

    @staticmethod
    def _stated(case: Case) -> list[tuple[str, bool]]:
        sides = ((case.present, True), (case.absent, False))
        return [(code, state) for codes, state in sides for code in codes]


def _nothing(parameter: Parameter) -> Any:
    """What says that nothing is known: the default, no entries, or null."""
    if parameter.default is not None:
        return parameter.default.value
    return [] if parameter.type.startswith("List") else None


def _interval(when: When | None) -> list[str] | None:
    return None if when is None else [date.fromordinal(day).isoformat() for day in when.day]


def _days(text: str) -> list[str]:
    moment = read_moment(text, "at", "")
    return [day.date().isoformat() for day in (moment.first, moment.last)]
