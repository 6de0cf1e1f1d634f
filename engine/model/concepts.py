"""What cases speak of: concepts, measurements and coded properties with their words, which is wider, and what is out of use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from spinegraph.engine.model.base import Frozen, doc

OrderKind = Literal[
    "imaging", "laboratory", "examination", "procedure", "surgery", "therapy", "referral", "medication", "advice", "task"
]
"""What an order asks for, where it names an intervention."""
ORDER_KINDS: tuple[OrderKind, ...] = get_args(OrderKind)


class Concept(Frozen, frozen=True, kw_only=True):
    """A finding, condition or intervention: an OWL class with its code and its words.

    `screening` is set for interventions that only find out about the patient (core:screening, also of a broader one), `serious`
    for conditions that have to be ruled out (core:serious, also of a broader one).
    """

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    code: Annotated[str, doc("The code that cases and decisions use.")]
    kind: Annotated[Literal["finding", "condition", "intervention"], doc("What kind of concept it is.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    patient_label: Annotated[str, doc("Its name for patients.")]
    definition: Annotated[str, doc("What it means, in our own words.")]
    synonyms: Annotated[tuple[str, ...], doc("Other names.")] = ()
    question: Annotated[str, doc("How to ask a clinician for it.")] = ""
    patient_question: Annotated[str, doc("How to ask a patient for it.")] = ""
    derived_only: Annotated[bool, doc("Whether it is only ever concluded and cannot be recorded.")] = False
    history: Annotated[bool, doc("Whether it says that something was so at any time, and so stands when that is over.")] = False
    absent_when_unrecorded: Annotated[str, doc("Why a whole record without it says that it is absent, or nothing.")] = ""
    screening: Annotated[bool, doc("Whether it only finds out about the patient.")] = False
    serious: Annotated[bool, doc("Whether it has to be ruled out where it is suspected.")] = False
    explains: Annotated[bool, doc("Whether a brief may name it as what is likely.")] = False
    caution: Annotated[str, doc("What to know wherever it is proposed.")] = ""
    patient_caution: Annotated[str, doc("The same in words for patients.")] = ""
    contraindications: Annotated[
        tuple[str, ...], doc("IRIs of the findings that speak against it, also against a broader intervention.")
    ] = ()
    obtains: Annotated[tuple[str, ...], doc("IRIs of the findings and measurements that become known by it.")] = ()
    ordered_as: Annotated[
        OrderKind | Literal[""], doc("Of an intervention: which kind of order asks for it; where nothing is said, a task.")
    ] = ""
    unindicated: Annotated[
        tuple[str, ...], doc("IRIs of interventions any kind of which comes to it where no recommendation for that applies.")
    ] = ()
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that define it.")] = ()


class Measurement(Frozen, frozen=True, kw_only=True):
    """A number of a patient: UCUM `unit`, least and greatest possible value."""

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    code: Annotated[str, doc("The code that cases use; it names the unit.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    patient_label: Annotated[str, doc("Its name for patients.")]
    definition: Annotated[str, doc("What it means, in our own words.")]
    unit: Annotated[str, doc("Unit of its values, in UCUM.")]
    minimum: Annotated[float, doc("Least possible value.")]
    maximum: Annotated[float, doc("Greatest possible value.")]
    question: Annotated[str, doc("How to ask a clinician for it.")] = ""
    patient_question: Annotated[str, doc("How to ask a patient for it.")] = ""
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that define it.")] = ()


class CodedValue(Frozen, frozen=True, kw_only=True):
    """One value that a coded property can have."""

    code: Annotated[str, doc("The code that cases use.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    patient_label: Annotated[str, doc("Its name for patients.")]


class CodedProperty(Frozen, frozen=True, kw_only=True):
    """A property of a patient with one value of a list, such as sex; `values` come in their order."""

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    code: Annotated[str, doc("The name that cases use.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    patient_label: Annotated[str, doc("Its name for patients.")]
    definition: Annotated[str, doc("What it means, in our own words.")]
    values: Annotated[tuple[CodedValue, ...], doc("What it can be.")]
    question: Annotated[str, doc("How to ask a clinician for it.")] = ""
    patient_question: Annotated[str, doc("How to ask a patient for it.")] = ""
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that define it.")] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its values."""
        return tuple(value.code for value in self.values)

    def label_of(self, code: str, *, for_patient: bool = False) -> str:
        """What a value is called; the code where it is none of them."""
        labels = {value.code: value.patient_label if for_patient else value.label for value in self.values}
        return labels.get(code, code)


TermKind = Literal["finding", "condition", "intervention", "measurement", "coded"]


class DeprecatedTerm(Frozen, frozen=True, kw_only=True):
    """A term that is out of use: cases that name it are decided by the one that replaces it, or refused where there is none."""

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    code: Annotated[str, doc("The code that cases used.")]
    kind: Annotated[TermKind, doc("What kind of term it was.")]
    label: Annotated[str, doc("Its name for clinicians.")]
    replaced_by: Annotated[str, doc("IRI of the term that takes its place everywhere; empty where none does.")] = ""
    consider: Annotated[tuple[str, ...], doc("IRIs of terms among which people may choose instead.")] = ()


MappingRelation = Literal["exact", "close", "broad", "narrow", "related"]
"""How a code of another system is to a term of ours, as SKOS has it: `broad` where the code is the broader one."""


class CodeMapping(Frozen, frozen=True, kw_only=True):
    """A row of a mapping table: the IRI of a term of ours, and a code of another system as it is written there.

    `namespace`: what the prefix of the code stands for, "" where no table says; `meaning`: the same code however it is spelt.
    """

    subject: str
    relation: MappingRelation
    namespace: str
    code: str
    label: str
    comment: str
    meaning: str


class Hierarchy(Frozen, frozen=True, kw_only=True):
    """Subclass relations between named classes, as asserted and inferred; both maps are reflexive and transitive."""

    broader: Mapping[str, tuple[str, ...]]
    narrower: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
