"""What of a record that was sent was used, and for which fact, and what was not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from spinegraph.engine.model.base import Frozen, doc


class ReadFact(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """One fact of the case that a resource gave."""

    member: Annotated[str, doc("The member of the case in which it stands, such as `present`.")]
    code: Annotated[str, doc("Its code; of a coded value its name.")]
    value: Annotated[float | None, doc("Of a measurement: its value, in the unit that the code names.")] = None
    choice: Annotated[str, doc("Of a coded value: its code.")] = ""
    at: Annotated[str, doc("Its date, where it has one.")] = ""
    via: Annotated[str, doc("The external code by which it was understood, as `system|code`, or the element that says it.")] = ""


class AccountNote(Frozen, frozen=True, kw_only=True):
    """Why something of a resource was not used, or what to know of how it was."""

    kind: Annotated[str, doc("A name for programs, which stays.")]
    text: Annotated[str, doc("The same as a sentence.")]


class ResourceAccount(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """What became of one resource: it has facts, notes or both."""

    resource: Annotated[str, doc("Its type and id.")]
    where: Annotated[str, doc("Its place in what was sent: a JSON pointer, or a line.")]
    facts: Annotated[tuple[ReadFact, ...], doc("The facts that it gave.")] = ()
    notes: Annotated[tuple[AccountNote, ...], doc("Why it, or a part of it, was not used, and what to know.")] = ()


class AttentionNote(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """What a clinician has to know of what was, or was not, used of a record."""

    kind: Annotated[str, doc("A name for programs, which stays.")]
    text: Annotated[str, doc("The same as a sentence.")]
    resource: Annotated[str, doc("Type and id of the first resource that it is about.")] = ""
    count: Annotated[int, doc("So many resources have this note.")] = 1


class AssumedAbsence(Frozen, frozen=True, kw_only=True):
    """A finding that counts as absent because the record does not have it, and the content says that this means so."""

    code: Annotated[str, doc("Code of the finding.")]
    why: Annotated[str, doc("Why what is not recorded is absent.")]


class InputAccount(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """How a record that was sent was read. Every resource is counted; without `entries` the account is in short."""

    form: Annotated[str, doc("In which form the record came.")]
    resources: Annotated[int, doc("So many resources were sent.")]
    used: Annotated[int, doc("So many of them gave a fact.")]
    patient: Annotated[str, doc("Whose record was read.")] = ""
    kinds: Annotated[Mapping[str, int], doc("So many resources have a note of each kind.")] = {}
    attention: Annotated[tuple[AttentionNote, ...], doc("What a clinician has to know, the first of each kind.")] = ()
    assumed_absent: Annotated[tuple[AssumedAbsence, ...], doc("What is absent by declaration of the content.")] = ()
    entries: Annotated[tuple[ResourceAccount, ...], doc("What became of each resource, in the order in which they came.")] = ()
