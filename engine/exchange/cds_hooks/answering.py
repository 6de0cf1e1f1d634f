"""A hook and the record that was gathered for it → the answer: cards, ratings, and what was made of it all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.exchange.cds_hooks.bars import Speaking
from spinegraph.engine.exchange.cds_hooks.card_texts import source_label
from spinegraph.engine.exchange.cds_hooks.cards import APPLYING, Told, asking_card, is_deceased, patient_cards
from spinegraph.engine.exchange.cds_hooks.gathering import Gathered
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions, Links
from spinegraph.engine.exchange.cds_hooks.messages import EXTENSION, Card, CardSource, HookAnswer
from spinegraph.engine.exchange.cds_hooks.order_cards import OrderCards, OrderWriter
from spinegraph.engine.exchange.cds_hooks.orders import Draft, OrderReader, Unread
from spinegraph.engine.exchange.cds_hooks.ratings import RatingOptions, Ratings
from spinegraph.engine.exchange.cds_hooks.request import PATIENT_VIEW, Hook
from spinegraph.engine.exchange.fhir.reading.codes import Codes
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.messages import Messages, messages_of
from spinegraph.engine.model import InputAccount, Knowledge, Recommendation

WriterOf = Mapping[str, OrderWriter]
NO_RATINGS = RatingOptions()


class _Language(NamedTuple):
    """What is prepared once for the words of a language."""

    say: Messages
    source: CardSource
    drafts: OrderReader
    orders: OrderCards


class HookAnswering:
    """Answers hooks with one knowledge. Safe to share between threads: it only ever remembers."""

    def __init__(self, engine: Engine, codebook: Codebook, write: OrderWriter, ratings: RatingOptions = NO_RATINGS) -> None:
        """`write`: see OrderWriter. Raises VocabularyError where `ratings` name what is not there."""
        self._engine = engine
        self._reader = FhirReader(engine.knowledge, codebook)
        self._write = write
        self._speaking = Speaking(engine.knowledge)
        self._links = Links(engine.knowledge)
        self._codes = Codes(engine.knowledge, codebook)
        self._ratings = Ratings(engine.knowledge, self._speaking, ratings)
        self._in_language = lru_cache(maxsize=8)(self._made)

    def _made(self, language: str) -> _Language:
        knowledge: Knowledge = self._engine.knowledge.in_language(language)
        rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
        source = CardSource(label=source_label(rules, knowledge))
        drafts = OrderReader(knowledge, self._codes)
        return _Language(messages_of(language), source, drafts, OrderCards(knowledge, self._speaking, self._links, self._write))

    def read(self, hook: Hook, gathered: Gathered, as_of: str = "", language: str = "") -> CaseFile:
        """The case of a hook. `as_of`: the moment of the case where the hook names none; no clock is read.

        Raises CaseError where the record cannot be decided.
        """
        options = RecordOptions(subject=hook.patient, as_of=hook.as_of or as_of, language=language, in_short=True)
        return self._reader.case_of(gathered.record, options)

    def answer(self, hook: Hook, gathered: Gathered, file: CaseFile, options: LinkOptions) -> HookAnswer:
        """The answer to a hook; `file`: what was read of it."""
        prepared = self._in_language(file.case.language)
        told = Told(
            self._engine.answer(file.case),
            self._engine.verdicts(file.case),
            file.account,
            gathered.missing,
            prepared.say,
            options,
            hook.name,
            hook.instance,
        )
        read = [] if hook.name == PATIENT_VIEW else [*prepared.drafts.read(hook)]
        drafts = [one for one in read if isinstance(one, Draft)]
        extension = _extension(told, gathered.record.whole, read)
        if is_deceased(file.account):
            return HookAnswer(cards=(), extension=extension)
        if hook.name == PATIENT_VIEW:
            source = prepared.source if options.root == "" else CardSource(label=prepared.source.label, url=options.root)
            return HookAnswer(cards=patient_cards(told, self._links, source), extension=extension)
        rated = {draft.name: [*self._ratings.actions(draft, told)] for draft in drafts if self._ratings.is_rated(draft)}
        warnings = self._warnings(drafts, told, hook, prepared.orders)
        open_ = not all(rated.values()) and told.answer.brief.ask
        return HookAnswer(
            cards=(*warnings, *((asking_card(told, self._links, prepared.source),) if open_ else ())),
            system_actions=tuple(action for actions in rated.values() for action in actions),
            extension=extension,
        )

    def _warnings(self, drafts: list[Draft], told: Told, hook: Hook, cards: OrderCards) -> tuple[Card, ...]:
        barred = [bars for draft in drafts if (bars := self._speaking.bars(draft, told.verdicts)).against]
        if not barred:
            return ()
        asked = {rule.id for bars in barred for rule in bars.against}
        explained = self._engine.answer(told.answer.case, explain=asked).recommendations
        shown = {one.id: one for one in explained if one.id in asked}
        return tuple(cards.warning(bars, told, shown, hook.patient) for bars in barred)


def _extension(told: Told, whole: bool, orders: list[Draft | Unread]) -> dict[str, Any]:
    """What is ours in an answer: what was decided, of which record, and what became of each draft."""
    answer, case = told.answer, told.answer.case
    ours: dict[str, Any] = {
        "decision": answer.id,
        "knowledge": answer.knowledge.digest,
        "level": answer.brief.level,
        "verdicts": {id_: verdict for id_, verdict in sorted(told.verdicts.items()) if verdict in APPLYING},
        "record": {"whole": whole, **_record(told.account)},
    }
    if case.as_of:
        ours["as_of"] = case.as_of
    if told.missing:
        ours["missing"] = dict(sorted(told.missing.items()))
    if orders:
        ours["orders"] = {
            one.name: {"not_read": one.why} if isinstance(one, Unread) else {"read_as": one.label} for one in orders
        }
    return {EXTENSION: ours}


def _record(account: InputAccount | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {
        "resources": account.resources,
        "used": account.used,
        "kinds": dict(account.kinds),
        "attention": [
            {"kind": one.kind, "text": one.text, **({"resource": one.resource} if one.resource else {})}
            for one in account.attention
        ],
    }
