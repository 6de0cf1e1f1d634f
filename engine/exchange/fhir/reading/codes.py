"""What codings mean in a case: by the same names and mappings by which cases in JSON are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.errors import LONGEST_ECHO, shortened
from spinegraph.engine.exchange.fhir.elements import OWN, CodeableConcept, Coding
from spinegraph.engine.exchange.fhir.form.form import form_rules
from spinegraph.engine.exchange.fhir.reading.statements import Note, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import ANSWERS, PLAIN_ANSWERS
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model import Knowledge

MAX_REMEMBERED = 1 << 14
"""So many codings are kept with what they mean."""
LONGEST_CODE = 300
"""A system and a code that are longer than this together mean nothing here."""


class Meaning(NamedTuple):
    """What one coding means: codes of the case that it names exactly, and those that it is narrower than.

    `concluded`: names of what rules conclude; `follows`: codes of findings that are not recorded; `nearest`: codes of the rest
    that it is mapped to.
    """

    via: str
    findings: tuple[str, ...] = ()
    wider_findings: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    wider_interventions: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    concluded: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The codes of findings that it has to do with."""
        return (*self.findings, *self.wider_findings, *self.nearest)


NO_CODE = Note("no-code")


class Codes:
    """Codings → what they mean, with the names that a knowledge gives to codes. Safe to share: it only ever remembers."""

    def __init__(self, knowledge: Knowledge, book: Codebook) -> None:
        self.book = book
        self.form = form_rules(knowledge)
        self._conditions = {iri: concept.code for iri, concept in knowledge.conditions.items()}
        self._of_coding: Callable[[str, str], Meaning] = lru_cache(MAX_REMEMBERED)(self._worked_out)
        self._silence: Callable[[str, str], Note | None] = lru_cache(MAX_REMEMBERED)(
            lambda system, code: _silent([self._of_coding(system, code)])
        )

    def meanings(self, concept: CodeableConcept | None) -> tuple[Meaning, ...]:
        """What each coding of a concept means. Raises UnusableError where it has no coding with system and code."""
        found = tuple([self.of(one) for one in concept.codings if one.code and one.system]) if concept else ()
        if not found:
            raise UnusableError("no-code")
        return found

    def silence(self, concept: CodeableConcept | None) -> Note | None:
        """Why a concept gives no fact whatever else is said of what has it; None where one of its codings means something."""
        codings = (concept.coding if concept is not None else None) or ()
        if len(codings) == 1:  # nearly always
            system, code = codings[0].system, codings[0].code
            if system and code and len(system) + len(code) <= LONGEST_CODE:
                return self._silence(system, code)
        return _silent([self.of(one) for one in codings if one.system and one.code])

    def of(self, coding: Coding) -> Meaning:
        """What a coding means."""
        system, code = coding.system or "", coding.code or ""
        if not code or len(system) + len(code) > LONGEST_CODE:
            return Meaning(shortened(code))
        return self._of_coding(system, code)

    def named(self, name: str) -> Meaning:
        """What a name means as a case has it, such as the `linkId` of a question: a code of ours, or `system|code`."""
        system, bar, code = name.rpartition("|")
        return self.of(Coding(system=system if bar else OWN, code=code))

    def _worked_out(self, system: str, code: str) -> Meaning:
        book, via = self.book, _shown(system, code)
        for name in _names(system, code):
            findings, interventions = code_named(name, book.findings), code_named(name, book.interventions)
            measurement = code_named(name, book.measurements)
            coded = code_named(name, book.coded)
            mapped = code_named(name, book.near) or ()
            concluded = [self._conditions[iri] for iri in mapped if iri in self._conditions]
            concluded += [own for iri, own in self._conditions.items() if name in (iri, own)]
            wider = book.entailed(name, book.findings)
            meaning = Meaning(
                via,
                findings=(findings,) if findings and findings not in book.derived_only else (),
                wider_findings=wider if not findings else (),
                measurements=(measurement,) if measurement else book.entailed(name, book.measurements),
                interventions=(interventions,) if interventions else (),
                wider_interventions=book.entailed(name, book.interventions) if not interventions else (),
                coded=(coded,) if coded else (),
                concluded=tuple(dict.fromkeys(concluded)),
                follows=(findings,) if findings and findings in book.derived_only else (),
                nearest=book.nearest(name, book.findings),
            )
            if any(meaning[1:]):
                return meaning
        return Meaning(via)


def _silent(found: Sequence[Meaning]) -> Note | None:
    if not found:
        return NO_CODE
    return None if any(any(one[1:]) for one in found) else not_understood(found).note


def _names(system: str, code: str) -> Iterable[str]:
    """How a case would name a coding: by its IRI or its code, if it is ours, or else as FHIR's `system|code`."""
    if system.rstrip("/") == OWN:
        yield code
    elif "://" in system and "|" not in system:
        yield system + ("" if system[-1] in "/#" else "/") + code
    yield f"{system}|{code}"


def _shown(system: str, code: str) -> str:
    """A coding as an account has it: short, and without what nobody can read."""
    plain = code if system.rstrip("/") == OWN else f"{system}|{code}"
    return plain if len(plain) <= LONGEST_ECHO and not unshown_character(plain) else shortened(plain)


def not_understood(meanings: Iterable[Meaning], wanted: str = "") -> UnusableError:
    """Why a resource with these codes gives no fact; `wanted`: what does not say enough of the kind that it gives."""
    known = [*meanings]
    for kind in ("concluded", "follows"):
        if named := [name for meaning in known for name in getattr(meaning, kind)]:
            return UnusableError(kind, name=named[0])
    others = [code for one in known for code in (*one.findings, *one.measurements, *one.interventions, *one.coded)]
    if others:
        return UnusableError("not-a-fact", name=others[0])
    nearest = dict.fromkeys(code for one in known for code in (*one.wider_interventions, *one.nearest))
    return UnusableError("unmapped-code", code=known[0].via if known else wanted, nearest=",".join(nearest))


def answer_of(coding: Coding) -> str:
    """What a coded answer says of a question of yes or no: present, absent or unknown; "" where it is none of these."""
    code = coding.code or ""
    return ANSWERS.get((coding.system or "", code)) or PLAIN_ANSWERS.get(code.lower(), "")


def status_code(status: CodeableConcept | str | None) -> str:
    """The code of a status. Raises UnusableError where it is written as FHIR before R4 did."""
    if isinstance(status, str):
        raise UnusableError("other-version", version="3.0 (STU3) or earlier")
    return next((one.code for one in status.codings if one.code), "") if status else ""


def names_of(knowledge: Knowledge) -> Mapping[str, str]:
    """Code → name for clinicians, of all that a record can give or mean."""
    things = (knowledge.findings, knowledge.measurements, knowledge.interventions, knowledge.conditions)
    coded = {**knowledge.idle_coded, **knowledge.coded}.values()
    return {one.code: one.label for group in things for one in group.values()} | {one.code: one.label for one in coded}
