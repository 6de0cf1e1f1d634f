"""What of a request decides nothing → notices, so that nothing is ignored in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.decide.suggestions import ACTS
from spinegraph.engine.decide.timeline import asked_about
from spinegraph.engine.errors import shortened
from spinegraph.engine.messages import Messages, messages_of, noted
from spinegraph.engine.model import (
    Case,
    CodedProperty,
    Concept,
    IgnoredInput,
    Knowledge,
    Measurement,
    Notice,
    NoticeCode,
    Recommendation,
    Verdict,
)

UNUSED = (
    ("taking", "taking", noted("taking {name}")),
    ("not_taking", "taking", noted("not taking {name}")),
    ("not_performed", "performed", noted("not done: {name}")),
)
"""Members that only rules read that ask for them: each with the kind of act, and how it is said."""
MAX_NAMED = 20
"""So many entries are named in one notice; `about` has the codes of all."""


class InputWords(NamedTuple):
    """By member of a request: code → names for clinicians and for patients. `performable`: by these something can be
    done; `acts`: facts that something is done or taken, which rules ask about; `dated`: entries, each a member and a code, of
    which rules ask about the date."""

    names: Mapping[str, Mapping[str, tuple[str, str]]]
    performable: frozenset[str]
    acts: frozenset[str]
    say: Messages
    dated: frozenset[tuple[str, str]] = frozenset()

    def name(self, member: str, code: str, case: Case) -> str:
        """What a code is called by those whom the answer is for."""
        return self.names.get(member, {}).get(code, (code, code))[case.audience == "patient"]


def input_words(knowledge: Knowledge, performable: Iterable[str]) -> InputWords:
    """The words for entries of requests, prepared once. `performable`: IRIs of interventions."""
    findings, interventions = _names(knowledge.findings), _names(knowledge.interventions)
    return InputWords(
        {
            "present": findings,
            "absent": findings,
            "measurements": _names(knowledge.measurements),
            **dict.fromkeys(ACTS, interventions),
            "coded": _names({**knowledge.idle_coded, **knowledge.coded}),
        },
        frozenset(knowledge.interventions[iri].code for iri in performable),
        frozenset(knowledge.findings[iri].code for iri in knowledge.acts),
        messages_of(knowledge.language),
        asked_about(knowledge),
    )


def _names(concepts: Mapping[str, Concept | Measurement | CodedProperty]) -> dict[str, tuple[str, str]]:
    return {one.code: (one.label, one.patient_label or one.label) for one in concepts.values()}


def ignored_input(
    case: Case, words: InputWords, live: Sequence[tuple[Recommendation, Verdict]], knowledge: Knowledge
) -> Iterator[Notice]:
    """Notices of entries that decide nothing; `live` are the recommendations that are not out of question."""
    by_reason: dict[str, list[IgnoredInput]] = {}
    for entry in case.ignored:
        by_reason.setdefault(entry.reason, []).append(entry)
    yield from _unknown(by_reason.get("unknown-code", []), case, words)
    yield from _listed(
        words.say("Deprecated, with nothing in its place, and not used"),
        [(entry.code, _as_sent(entry, case, words)) for entry in by_reason.get("deprecated-code", [])],
        words.say,
    )
    yield from _listed(
        words.say("A later entry counts; these are not used yet"),
        [(entry.code, _entry_in_words(entry, case, words)) for entry in by_reason.get("older-entry", [])],
        words.say,
    )
    yield from _listed(
        words.say("Done before a sign that is there now, and so not taken as done for it"),
        [(entry.code, _entry_in_words(entry, case, words)) for entry in by_reason.get("before-a-sign", [])],
        words.say,
    )
    idle = [(one.code, f"{words.name('coded', one.code, case)}: {one.choice}") for one in by_reason.get("no-rule", [])]
    yield from _listed(words.say("Recorded, and not used yet"), [*idle, *_not_read(case, words)], words.say)
    yield from _performed(case, words, live, knowledge)


def _unknown(entries: Iterable[IgnoredInput], case: Case, words: InputWords) -> Iterator[Notice]:
    unused = [(entry.code, _as_sent(entry, case, words)) for entry in entries]
    yield from _listed(words.say("Not known here, and not used"), unused, words.say)


def _as_sent(entry: IgnoredInput, case: Case, words: InputWords) -> str:
    """A code that means nothing here, where it stood, and what is near it."""
    kinds = ("performed",) if entry.member in ACTS else ("present", "measurements")
    named = [code if case.audience == "clinician" else _first_name(code, kinds, case, words) for code in entry.nearest]
    nearest = words.say("; nearest: {names}", names=", ".join(named)) if named else ""
    return f"{shortened(entry.code)} ({entry.member.replace('_', ' ')}{nearest})"


def replaced_codes(case: Case, words: InputWords) -> Iterator[Notice]:
    """The notice that codes out of use were read as what replaces them; none where there are none."""
    members = ("present", "measurements", "performed", "coded")
    pairs = [
        (code, f"{shortened(sent)} → {code if case.audience == 'clinician' else _first_name(code, members, case, words)}")
        for sent, code in case.replaced.items()
    ]
    yield from _listed(
        words.say("Sent by a deprecated code, and decided by what replaces it"), pairs, words.say, "deprecated-code"
    )


def _first_name(code: str, members: Iterable[str], case: Case, words: InputWords) -> str:
    return next((words.name(member, code, case) for member in members if code in words.names[member]), code)


def _entry_in_words(entry: IgnoredInput, case: Case, words: InputWords) -> str:
    value = f" {entry.value:g}" if entry.value is not None else ""
    return f"{words.name(entry.member, entry.code, case)}{value} ({entry.at})"


def _not_read(case: Case, words: InputWords) -> list[tuple[str, str]]:
    """What is understood, and read by no rule yet: what is taken, dates of findings and values."""
    found = [
        (code, words.say(said, name=words.name(member, code, case)))
        for member, kind, said in UNUSED
        for code in getattr(case, member)
        if f"{kind}:{code}" not in words.acts
    ]
    for member in ("present", "absent", "measurements", "coded"):
        dates = case.dates.get(member, {})
        found += [
            (code, words.say("the date of {name} ({at})", name=words.name(member, code, case), at=at))
            for code, at in dates.items()
            if (member, code) not in words.dated
        ]
    return found


def _performed(
    case: Case, words: InputWords, live: Sequence[tuple[Recommendation, Verdict]], knowledge: Knowledge
) -> Iterator[Notice]:
    """What is recorded as done, and does nothing: an urgent or an emergency order stays, and some acts nothing asks for."""
    ordered = {
        knowledge.interventions[rule.intervention].code
        for rule, verdict in live
        if rule.direction == "for" and rule.urgency in ("emergency", "urgent") and verdict in ("indicated", "provisional")
    }
    named = [(code, words.name("performed", code, case)) for code in case.performed]
    yield from _listed(
        words.say(
            "Recorded as done, and still asked for: an urgent order does not lapse by what may have been done for "
            "another reason. Was it done for these signs"
        ),
        [one for one in named if one[0] in ordered],
        words.say,
        end="?",
    )
    yield from _listed(
        words.say("Recorded as done, and not used: no recommendation is done by it"),
        [one for one in named if not {one[0], f"performed:{one[0]}"} & {*words.performable, *words.acts, *ordered}],
        words.say,
    )


def _listed(
    what: str, entries: Sequence[tuple[str, str]], say: Messages, kind: NoticeCode = "ignored-input", end: str = "."
) -> Iterator[Notice]:
    """One notice for all entries, each a code with its words; none where there is none."""
    if entries:
        named = [text for _, text in entries[:MAX_NAMED]]
        more = [say("and {count} more", count=f"{len(entries) - MAX_NAMED:,}")] if len(entries) > MAX_NAMED else []
        message = f"{what}: {'; '.join([*named, *more])}{end}"
        yield Notice(code=kind, message=message, about=tuple(dict.fromkeys(code for code, _ in entries)))
