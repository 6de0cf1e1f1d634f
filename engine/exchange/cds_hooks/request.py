"""Bytes → a hook that was called, checked: which one, for whom, what was sent along (CDS Hooks 2.0, "Calling a CDS Service")."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Raw
from spinegraph.engine.errors import MalformedCaseError, shortened
from spinegraph.engine.exchange.cds_hooks.bodies import decoded
from spinegraph.engine.exchange.cds_hooks.errors import MalformedHookError
from spinegraph.engine.exchange.cds_hooks.messages import EXTENSION
from spinegraph.engine.exchange.fhir.reading.bundle import Record, parse_record

PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "patient-view", "order-select", "order-sign"
T = TypeVar("T")
_PATIENT = re.compile(r"(?:Patient/)?(?P<id>[A-Za-z0-9.-]{1,64})")
NO_DRAFTS = Record(())
MEND = "Send what CDS Hooks 2.0 has: hook, hookInstance, context with userId and patientId, prefetch."
LONGEST_KEY = 64
"""So many characters a key of the prefetch has at most."""


class Authorization(msgspec.Struct, frozen=True):
    """`fhirAuthorization`: the token with which the client's server may be asked, as RFC 6750 writes it (section 2.1)."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~+/=-]+$")]
    token_type: str | None = None


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    hook: str
    hook_instance: str
    context: Raw
    fhir_server: str | None = None
    fhir_authorization: Authorization | None = None
    prefetch: dict[str, Raw] | None = None
    extension: dict[str, Raw] | None = None


class _Context(msgspec.Struct, frozen=True, rename="camel"):
    user_id: str
    patient_id: str
    encounter_id: str | None = None


class _OrderContext(_Context, frozen=True, rename="camel", kw_only=True):
    draft_orders: Raw


class _SelectContext(_OrderContext, frozen=True, rename="camel", kw_only=True):
    selections: tuple[str, ...]


class _Ours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: str = ""


_CONTEXTS: Mapping[str, type[_Context]] = {PATIENT_VIEW: _Context, ORDER_SELECT: _SelectContext, ORDER_SIGN: _OrderContext}


class Hook(NamedTuple):
    """A hook that was called.

    `patient`: the id of whom it is about; `drafts`: the orders that are being placed; `selections`: those of them (type and id)
    that were chosen just now, None where the hook names none; `prefetch`: what of the record was sent, by key; `as_of`: the
    moment that the caller names, or "".
    """

    name: str
    instance: str
    patient: str
    prefetch: Mapping[str, bytes]
    drafts: Record = NO_DRAFTS
    selections: tuple[str, ...] | None = None
    fhir_server: str = ""
    token: str = ""
    as_of: str = ""


def parse_hook(body: bytes, wanted: str) -> Hook:
    """The body of a request to the service of the hook `wanted`. Members that are not known are left alone, as FHIR's own are.

    Raises MalformedHookError, which names the place.
    """
    given = _decoded(body, _Body, "")
    if given.hook != wanted:
        raise MalformedHookError(
            f"The hook is {shortened(given.hook)}; this service answers {wanted}.",
            where="/hook",
            mend="GET /cds-services names the service of each hook.",
        )
    context = _decoded(bytes(given.context), _CONTEXTS[wanted], "/context")
    selections = context.selections if isinstance(context, _SelectContext) else None
    drafts = _drafts(bytes(context.draft_orders)) if isinstance(context, _OrderContext) else NO_DRAFTS
    ours = (given.extension or {}).get(EXTENSION)
    return Hook(
        name=wanted,
        instance=_instance(given.hook_instance),
        patient=_patient(context.patient_id),
        prefetch={_key(key): bytes(raw) for key, raw in (given.prefetch or {}).items()},
        drafts=drafts,
        selections=selections,
        fhir_server=given.fhir_server or "",
        token=given.fhir_authorization.access_token if given.fhir_authorization else "",
        as_of=_decoded(bytes(ours), _Ours, f"/extension/{EXTENSION}").as_of if ours is not None else "",
    )


def _decoded(raw: bytes, kind: type[T], where: str) -> T:
    return decoded(raw, kind, "This is no request of CDS Hooks", where, MEND)


def _instance(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise MalformedHookError(
            f"{shortened(text)} is no UUID.", where="/hookInstance", mend="Make a new UUID for each call of a hook."
        ) from error


def _patient(text: str) -> str:
    found = _PATIENT.fullmatch(text)
    if found is None:
        raise MalformedHookError(
            f"{shortened(text)} is no id of FHIR.", where="/context/patientId", mend="Send the id of the Patient resource."
        )
    return found["id"]


def _key(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise MalformedHookError(
            f"The key {shortened(key)} is too long.", where="/prefetch", mend=f"Keys have at most {LONGEST_KEY} characters."
        )
    return key


def _drafts(raw: bytes) -> Record:
    try:
        return parse_record(raw)
    except MalformedCaseError as error:
        raise MalformedHookError(
            error.what, where="/context/draftOrders", mend="Send the drafts as a Bundle of FHIR R4."
        ) from error
