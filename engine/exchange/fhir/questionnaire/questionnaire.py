"""Knowledge → Questionnaires (FHIR R4, section 2.13): all that packages ask, what one screen asks, and what is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.decide.disclaimer import disclaimer_for, disclaimer_of
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.exchange.fhir.form.form import Asked, FormGroup, make_form
from spinegraph.engine.exchange.fhir.questionnaire.items import Items
from spinegraph.engine.exchange.fhir.questionnaire.other import other_group
from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json, canonical, resource_id
from spinegraph.engine.knowledge.dates import screens_with_dates
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import Audience, Knowledge
from spinegraph.engine.model.shown import ShownScreen
from spinegraph.engine.program.linking import ALL, Linker
from spinegraph.engine.program.relations import Relations

SCREEN_ID, NEXT = "screen-", "next"
"""How the id of the form of one screen begins; that of what is asked next, which each patient has another one of."""
PATIENT = "patient"
"""Ends the id of a form in the words of patients."""


class FormName(NamedTuple):
    """Which form: its packages, by default all, or one screen; for whom its words are, and in which language."""

    packages: tuple[str, ...] = ()
    screen: str = ""
    audience: Audience = "clinician"
    language: str = ""

    @property
    def id(self) -> str:
        """The id of the resource, such as `sore-throat`, `screen-airway.patient` or `all.de`."""
        base = f"{SCREEN_ID}{self.screen}" if self.screen else "-and-".join(self.packages) or ALL
        return resource_id(".".join((base, *([PATIENT] if self.audience == "patient" else ()), *filter(None, (self.language,)))))


class Questionnaires:
    """The forms of one knowledge. Safe to share: nothing in it changes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._linker = Linker(knowledge, Relations(knowledge))
        self._words = {language: Codings(knowledge.in_language(language)) for language in ("", *knowledge.languages)}

    def names(self) -> Iterator[FormName]:
        """All forms that do not depend on a patient: of all packages, of each, and of each screen; for both audiences."""
        packages = [(), *((one,) for one in sorted(self._linker.packages - {""}))]
        screens = sorted(screen.id for screen in screens_with_dates(self._knowledge).values())
        audiences: tuple[Audience, ...] = ("clinician", "patient")
        for language in self._words:
            for audience in audiences:
                yield from (FormName(one, "", audience, language) for one in packages)
                yield from (FormName((), one, audience, language) for one in screens)

    def write(self, name: FormName) -> Json:
        """A form. Raises VocabularyError where there is no package or no screen of a name."""
        knowledge = self.knowledge_of(name)
        groups = make_form(knowledge, for_patient=name.audience == "patient", only=_one_screen(knowledge, name.screen))
        return self._form(name, name.id, knowledge, groups, whole=not name.screen)

    def write_next(self, screens: Iterable[ShownScreen], name: FormName, id_: str = NEXT) -> Json:
        """What a decision asks next (`screens` of an answer) as a form; one without items, if nothing can change any more."""
        knowledge = self.knowledge_of(name)
        asked = {screen.id: frozenset(item.code for item in screen.items) for screen in screens}
        groups = make_form(knowledge, for_patient=name.audience == "patient", only=asked)
        places = {id_: place for place, id_ in enumerate(asked)}
        ordered = tuple(sorted(groups, key=lambda group: places[group.shown.id]))  # the most pressing first, as they are answered
        return self._form(name, id_, knowledge, ordered, whole=False)

    def knowledge_of(self, name: FormName) -> Knowledge:
        """The knowledge of which a form asks. Raises VocabularyError where there is no package of a name."""
        chosen = frozenset(name.packages) - {ALL}
        linked = self._linker.linked(chosen) if chosen and ALL not in name.packages else self._knowledge
        return linked.in_language(name.language)

    def _form(self, name: FormName, id_: str, knowledge: Knowledge, groups: tuple[FormGroup, ...], *, whole: bool) -> Json:
        say = messages_of(name.language)
        items = Items(knowledge, self._words[name.language], for_patient=name.audience == "patient")
        written = [items.group(group) for group in groups]
        if whole and name.audience == "clinician":
            written.append(other_group(knowledge, groups, items, say))
        titles = [group.shown.title for group in groups] if name.screen else [*name.packages]
        return {**self._head(name, id_, knowledge, titles), **({"item": written} if written else {})}

    def write_head(self, name: FormName) -> Json:
        """A form without its items. Raises VocabularyError where there is no package of a name."""
        knowledge = self.knowledge_of(name)
        titles = [one.label for one in knowledge.screens.values() if one.id == name.screen] or [*name.packages]
        return self._head(name, name.id, knowledge, titles)

    def _head(self, name: FormName, id_: str, knowledge: Knowledge, titles: list[str]) -> Json:
        say, sources = messages_of(name.language), knowledge.sources.values()
        honest = disclaimer_of(sources, say) if name.audience == "clinician" else disclaimer_for("patient", sources, say)
        return {
            "resourceType": "Questionnaire",
            "id": id_,
            "language": name.language or "en",
            "url": canonical("Questionnaire", id_),
            "version": knowledge.version,
            "name": _name(id_),
            "title": ", ".join(titles) or say("Questions of all guidelines"),
            "status": "active",
            "subjectType": ["Patient"],
            "description": honest,
        }


def _one_screen(knowledge: Knowledge, wanted: str) -> Asked | None:
    """Of one screen all items; of none all screens. Raises VocabularyError."""
    if not wanted:
        return None
    screens = {group.shown.id: group for group in make_form(knowledge, only=None)}
    if wanted not in screens:
        raise VocabularyError(f"There is no screen {wanted!r}.", mend=f"Name one of these: {', '.join(sorted(screens))}.")
    return {wanted: frozenset(item.shown.code for item in screens[wanted].items)}


def _name(id_: str) -> str:
    """A name for programs, as the invariant que-0 asks for it.

    >>> _name("screen-red-flags.de")
    'ScreenRedFlagsDe'
    """
    return "".join(word[:1].upper() + word[1:] for word in id_.replace(".", "-").replace("_", "-").split("-"))
