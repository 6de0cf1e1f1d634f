"""Doses that a source states → what they come to for a patient: exact decimals, nothing beyond the stated limit (ADR 26)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from spinegraph.engine.messages import IN_ENGLISH, Messages, messages_of, noted
from spinegraph.engine.model import Dose, Knowledge, Measurement, ShownDose
from spinegraph.engine.model.units import in_words

EXACT = Context(prec=60)
"""Two numbers of a case or of content have 17 digits each: their product is exact."""


A_DAY = {1: noted("once a day"), 2: noted("twice a day")}
OFTEN_A_DAY = noted("{count} times a day")


class PreparedDose(NamedTuple):
    """A dose with the measurement that it is multiplied by, and what of it is shown whoever the patient is."""

    dose: Dose
    per: Measurement | None
    stated: ShownDose
    say: Messages

    def shown(self, values: Mapping[str, float]) -> ShownDose:
        """The dose for a patient with these measurements, by code."""
        amount, per, stated = _decimal(self.dose.amount), self.per, self.stated
        if per is None:
            return _replaced(stated, given=self.dose.amount)
        if per.code not in values:
            return _replaced(stated, missing=(per.code,))
        value = _decimal(values[per.code])
        product = EXACT.multiply(amount, value)
        unit = in_words(self.dose.unit)
        words = f"{_plain(amount)} {unit}/{per.unit} × {_plain(value)} {per.unit} = {_plain(product)} {unit}"
        limit = self.dose.limit
        if limit is not None and product > _decimal(limit):
            at_most = self.say("at most {amount}", amount=f"{_plain(_decimal(limit))} {unit}")
            return _replaced(stated, given=limit, calculation=f"{words}, {at_most}")
        return _replaced(stated, given=float(product), calculation=words)


def prepare_dose(dose: Dose, knowledge: Knowledge) -> PreparedDose:
    """A dose, prepared once."""
    per = knowledge.measurements[dose.per] if dose.per else None
    medicine = knowledge.interventions[dose.medicine] if dose.medicine else None
    say = messages_of(knowledge.language)
    stated = ShownDose(
        text=dose_in_words(dose, per, medicine.label if medicine else "", say),
        amount=dose.amount,
        unit=dose.unit,
        medicine=medicine.code if medicine else "",
        per=per.code if per else "",
        limit=dose.limit,
        route=dose.route,
        every=dose.every.text if dose.every else "",
        times_a_day=dose.times_a_day,
        lasting=dose.lasting.text if dose.lasting else "",
    )
    return PreparedDose(dose, per, stated, say)


def dose_in_words(dose: Dose, per: Measurement | None = None, medicine: str = "", say: Messages = IN_ENGLISH) -> str:
    """`cefalexin 20 mg/kg by mouth twice a day for 10 days, at most 500 mg each`."""
    unit = in_words(dose.unit)
    parts = [medicine, f"{_plain(_decimal(dose.amount))} {unit}{f'/{per.unit}' if per else ''}", dose.route]
    if dose.times_a_day:
        parts.append(say(A_DAY.get(dose.times_a_day, OFTEN_A_DAY), count=dose.times_a_day))
    if dose.every:
        parts.append(say("every {time}", time=dose.every.said(say)))
    if dose.lasting:
        parts.append(say("for {time}", time=dose.lasting.said(say)))
    words = " ".join(filter(None, parts))
    if dose.limit is None:
        return words
    return f"{words}, {say('at most {amount} each', amount=f'{_plain(_decimal(dose.limit))} {unit}')}"


def _decimal(number: float) -> Decimal:
    """The decimal that a number is written as."""
    return Decimal(repr(number))


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros at the end.

    >>> [_plain(Decimal(text)) for text in ("1000.0", "7.50", "1E+3", "0.0")]
    ['1000', '7.5', '1000', '0']
    """
    written = f"{number:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written) or "0"


def _replaced(stated: ShownDose, given: float | None = None, calculation: str = "", missing: tuple[str, ...] = ()) -> ShownDose:
    members = {name: getattr(stated, name) for name in stated.__struct_fields__}
    return ShownDose(**members | {"given": given, "calculation": calculation, "missing": missing})
