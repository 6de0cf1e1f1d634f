"""Questions of a form → items of a Questionnaire (FHIR R4, Questionnaire.item)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spinegraph.engine.criteria.facts import AS_OF
from spinegraph.engine.exchange.fhir.form.form import FormGroup, FormItem
from spinegraph.engine.exchange.fhir.form.gates import AnyOf, EnableWhen
from spinegraph.engine.exchange.fhir.form.link_ids import SCREEN
from spinegraph.engine.exchange.fhir.writing.answers import YES_NO, Answers
from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL, Codings, Json, coding, concept_of
from spinegraph.engine.model import Knowledge, units

HL7 = "http://hl7.org/fhir/StructureDefinition/"
ASKED_OF = f"{CANONICAL}StructureDefinition/asked-of"
"""An extension of ours: whether the patient, an examiner or the record answers an item."""
UCUM = "http://unitsofmeasure.org"
TYPES: Mapping[str, str] = {"finding": "choice", "measurement": "decimal", "coded": "choice", "date": "date"}
"""What a screen asks → the type of the item; a moment of the case may have a time."""


RADIO_BUTTONS = concept_of("http://hl7.org/fhir/questionnaire-item-control", "radio-button", "Radio Button")


class Items:
    """Writes the items of one knowledge, in its words."""

    def __init__(self, knowledge: Knowledge, codings: Codings, *, for_patient: bool) -> None:
        self._codings, self.answers = codings, Answers(knowledge, for_patient=for_patient)
        self._passages = {one.id: one.iri for one in knowledge.passages.values()}

    def group(self, group: FormGroup) -> Json:
        """One screen: its question, its items, "none of these", and the passages that make it matter."""
        shown = group.shown
        named = (shown.title, shown.question)
        items = [self._item(item) for item in group.items]
        if group.none:
            items.append({"linkId": group.none, "text": shown.none_of_these, "type": "boolean"})
        return {
            **extended((*self._notes(shown.reading), *self._supports(shown.passages))),
            "linkId": f"{SCREEN}{shown.id}",
            "text": named[1] or named[0],
            "type": "group",
            **self._gate(group.gate),
            "item": items,
        }

    def _item(self, item: FormItem) -> Json:
        shown = item.shown
        asked = {"url": ASKED_OF, "valueCode": shown.asked_of}
        codes = {} if shown.kind == "date" else {"code": [*self._codings.of(item.asks)["coding"]]}
        return {
            **extended((asked, *self._appearance(item), *self._notes(shown.reading))),
            "linkId": shown.code,
            **codes,
            "text": shown.question if shown.kind == "date" else shown.label,
            "type": "dateTime" if shown.code == AS_OF else TYPES[shown.kind],
            **self._gate(item.gate),
            **self._options(item),
        }

    def _appearance(self, item: FormItem) -> Iterator[Json]:
        """Of yes and no: that all answers are seen; of a number: its unit, and the least and the greatest that it can be."""
        shown = item.shown
        if shown.kind == "finding":
            yield {"url": f"{HL7}questionnaire-itemControl", "valueCodeableConcept": RADIO_BUTTONS}
        if shown.kind == "measurement":
            yield {"url": f"{HL7}questionnaire-unit", "valueCoding": coding(UCUM, shown.unit or "1", units.in_words(shown.unit))}
            for name, value in (("minValue", shown.minimum), ("maxValue", shown.maximum)):
                if value is not None:
                    yield {"url": f"{HL7}{name}", "valueDecimal": value}

    def _options(self, item: FormItem) -> Json:
        if item.shown.kind == "finding":
            return {"answerOption": [{"valueCoding": self.answers.yes_no(word)} for word in YES_NO]}
        if item.shown.kind == "coded":
            return {
                "answerOption": [{"valueCoding": self.answers.choice(item.shown.code, one.code)} for one in item.shown.choices]
            }
        return {}

    def _gate(self, gate: AnyOf) -> Json:
        if not gate:
            return {}
        behaviour = {"enableBehavior": "any"} if len(gate) > 1 else {}
        return {"enableWhen": [self._enable_when(one) for one in gate], **behaviour}

    def _enable_when(self, one: EnableWhen) -> Json:
        said = {"question": one.question, "operator": one.operator}
        if isinstance(one.answer, bool):
            return {**said, "answerBoolean": one.answer}
        if isinstance(one.answer, str):
            coded = self.answers.is_coded(one.question)
            answer = self.answers.choice(one.question, one.answer) if coded else self.answers.yes_no(one.answer)
            return {**said, "answerCoding": answer}
        return {**said, "answerDecimal": one.answer}

    def _notes(self, reading: str) -> Iterator[Json]:
        """What of it is an interpretation of ours."""
        if reading:
            yield {"url": f"{HL7}designNote", "valueMarkdown": reading}

    def _supports(self, passages: Iterable[str]) -> Iterator[Json]:
        """The passages that it rests on, by IRI."""
        yield from ({"url": f"{HL7}questionnaire-supportLink", "valueUri": self._passages[one]} for one in passages)


def extended(extensions: Iterable[Json]) -> Json:
    """The member `extension`, where there is one."""
    found = [*extensions]
    return {"extension": found} if found else {}
