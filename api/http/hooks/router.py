"""`/cds-services`: discovery, hooks and feedback, as CDS Hooks 2.0 has them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec
from fastapi import APIRouter
from spinegraph.api.audit.record import Asked, Told
from spinegraph.api.feedback_store import FeedbackStore
from spinegraph.api.hooks_settings import HooksSettings
from spinegraph.api.http.access import root_of
from spinegraph.api.http.auditing import NO_AUDIT, Auditing
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.decisions import too_large_case
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError
from spinegraph.api.http.hooks.clients import make_guard
from spinegraph.api.http.hooks.completion import Completer, Completion, make_completer
from spinegraph.api.http.negotiation import preferred_language
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation, reference
from spinegraph.api.problems import (
    AuditUnavailableError,
    FeedbackNotKeptError,
    NoFeedbackError,
    UnknownResourceError,
    UntrustedClientError,
)
from spinegraph.engine import CaseError, CaseFile, CaseTooLargeError, Codebook, Engine
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.errors import HookError
from spinegraph.engine.exchange.cds_hooks.feedback import HookFeedback, parse_feedback
from spinegraph.engine.exchange.cds_hooks.gathering import gather
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions
from spinegraph.engine.exchange.cds_hooks.messages import Card, HookAnswer, HookServices
from spinegraph.engine.exchange.cds_hooks.order_cards import OrderWriter
from spinegraph.engine.exchange.cds_hooks.request import Hook, parse_hook
from spinegraph.engine.exchange.cds_hooks.services import hook_services
from spinegraph.engine.model import Frozen, doc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

logger = logging.getLogger("spinegraph")
SERVICES = "/cds-services"
_ERRORS = (HookError, UntrustedClientError, UnknownResourceError, MediaTypeError, BodyTimeoutError, CaseTooLargeError)


ASKED = Asked(verdicts=True)
"""What cards are made of."""


class FeedbackTaken(Frozen, frozen=True, kw_only=True):
    """What was kept of feedback."""

    kept: Annotated[int, doc("How many items were kept.")]
    comments_kept: Annotated[bool, doc("Always false: what a clinician wrote may name the patient.")] = False


class _Service:
    """Answers hooks by settings."""

    def __init__(
        self, engine: Engine, codebook: Codebook, settings: HooksSettings, limits: BodyLimits, write: OrderWriter
    ) -> None:
        self.services: HookServices = hook_services(engine.knowledge)
        self.guard = make_guard(settings.clients)
        self.store = FeedbackStore(settings.feedback) if settings.feedback else None
        self._completer: Completer = make_completer(settings, limits.max_bytes)
        self._answering = HookAnswering(engine, codebook, write, settings.ratings)
        self._wanted = {service.id: service.prefetch for service in self.services.services}
        self._settings = settings

    def require(self, name: str) -> None:
        """Raise UnknownResourceError where there is no service of a name."""
        if name not in self._wanted:
            raise UnknownResourceError(
                f"There is no service {shortened(name)}; there are {', '.join(self._wanted)}.",
                where=SERVICES,
                mend=f"GET {SERVICES} lists them.",
            )

    async def answer(self, name: str, body: bytes, root: str, language: str) -> tuple[CaseFile, bytes]:
        """The case of a hook, and the answer to it as JSON. Raises HookError, CaseError."""
        hook = await run_in_threadpool(parse_hook, body, name)
        absent = {key: search for key, search in self._wanted[name].items() if key not in hook.prefetch}
        completion = await self._completer.complete(hook, absent)
        return await run_in_threadpool(self._cards, hook, completion, LinkOptions(root, self._settings.smart), language)

    def _cards(self, hook: Hook, completion: Completion, options: LinkOptions, language: str) -> tuple[CaseFile, bytes]:
        gathered = gather(hook, self._wanted[hook.name], completion.fetched, completion.failed)
        file = self._answering.read(hook, gathered, self._settings.moment, language)
        answer = self._answering.answer(hook, gathered, file, options)
        if self.store:
            self._remember(self.store, hook.name, answer.cards)
        return file, msgspec.json.encode(answer)

    def _remember(self, store: FeedbackStore, name: str, cards: Iterable[Card]) -> None:
        """Note which cards are given. That they can be told apart in feedback is not worth to withhold them: the log says it."""
        try:
            store.show(name, cards)
        except sqlite3.Error:
            logger.exception("the cards of %s were not noted: feedback on them will name no rules", name)


def hooks_router(
    engine: Engine,
    codebook: Codebook,
    settings: HooksSettings,
    limits: BodyLimits,
    write: OrderWriter,
    auditing: Auditing = NO_AUDIT,
) -> APIRouter:
    """The router of CDS Hooks; `limits`: of the body of a hook. Errors are raised for `api.http.errors` to answer.

    Raises SettingsError, VocabularyError where a setting cannot be used.
    """
    router = APIRouter(tags=["hooks"], route_class=OpenRoute)
    service = _Service(engine, codebook, settings, limits, write)
    listed = msgspec.json.encode(service.services)
    spoken = tuple(engine.knowledge.languages)
    too_large: Callable[[], CaseTooLargeError] = too_large_case(limits)

    async def read(request: Request, name: str, content: str) -> bytes:
        service.require(name)
        service.guard.check(request)
        media_type_of(request, (JSON,), content)
        return await read_body(request, limits, too_large)

    async def services() -> Response:
        """The services that there are, each with its hook and the searches of the record that it wants to be sent."""
        return Response(listed, media_type=JSON)

    async def call(request: Request) -> Response:
        """Call a hook: cards for the patient in view, or warnings about orders that are being placed.

        The prefetch suffices. What of it is not sent is not known, and the answer says so; without the patient's own resource
        the answer is 412. The same request gets the same answer on the same day.
        """
        name = request.path_params["name"]
        body = await read(request, name, "A hook")
        file, answer = await service.answer(name, body, root_of(request), preferred_language(request, spoken))
        headers = await auditing.recorded(request, "hooks", Told(file, ASKED, answer, JSON))
        return Response(answer, headers=headers | ({"Vary": "Accept-Language"} if spoken else {}), media_type=JSON)

    async def feedback(request: Request) -> Response:
        """What became of cards: accepted or overridden, and the coded reason. Nothing that names a patient is kept."""
        name = request.path_params["name"]
        if service.store is None:
            service.require(name)
            raise NoFeedbackError(
                "No feedback is kept here.",
                where=request.url.path,
                mend="The operator names a file for it with SPINEGRAPH_HOOKS_FEEDBACK.",
            )
        given = parse_feedback(await read(request, name, "Feedback"))
        await run_in_threadpool(service.store.add, name, given)
        return Response(msgspec.json.encode(FeedbackTaken(kept=len(given))), media_type=JSON)

    path = ("The id of the service.", "patient-view")
    add_operation(
        router,
        SERVICES,
        services,
        Operation("list_hook_services", "Services of CDS Hooks", "The services.", {JSON: HookServices}),
    )
    add_operation(
        router,
        f"{SERVICES}/{{name}}",
        call,
        Operation(
            "call_hook",
            "Call a hook",
            "The cards.",
            {JSON: HookAnswer},
            (*_ERRORS, CaseError, AuditUnavailableError),
            body={JSON: {"schema": _hook_schema()}},
            path=path,
        ),
        method="POST",
    )
    add_operation(
        router,
        f"{SERVICES}/{{name}}/feedback",
        feedback,
        Operation(
            "give_hook_feedback",
            "What became of cards",
            "What was kept.",
            {JSON: FeedbackTaken},
            (*_ERRORS, NoFeedbackError, FeedbackNotKeptError),
            body={JSON: {"schema": reference(HookFeedback)}},
            path=path,
        ),
        method="POST",
    )
    return router


def _hook_schema() -> dict[str, object]:
    """The body of a hook, as OpenAPI writes it."""
    text = {"type": "string"}
    context = {"type": "object", "required": ["userId", "patientId"], "properties": {"userId": text, "patientId": text}}
    prefetch = {"type": ["object", "null"], "description": "Resources and Bundles of FHIR R4 by the keys that discovery names."}
    return {
        "type": "object",
        "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": text,
            "hookInstance": {"type": "string", "format": "uuid"},
            "context": context,
            "prefetch": prefetch,
        },
        "description": "A request of CDS Hooks 2.0.",
    }
