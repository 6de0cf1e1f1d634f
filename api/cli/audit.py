"""`spinegraph audit`: the decisions that a service has recorded."""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from spinegraph.api.audit.record import as_line, as_time
from spinegraph.api.audit_settings import STORE
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened
from spinegraph.engine.validation.reports.words import printable

if TYPE_CHECKING:
    from spinegraph.api.audit.record import Stored
    from spinegraph.api.audit.replay import Replayed, Replayer
    from spinegraph.api.audit.store import AuditStore, Wanted

audit_app = typer.Typer(help="Decisions that a service has recorded.", no_args_is_help=True)
SHOWN = 10
"""So many changed members are printed."""
MOST = 1_000_000_000
"""So many records can be asked for."""

StoreOption = Annotated[
    str, typer.Option("--store", metavar="FILE|URL", help="The store; default SPINEGRAPH_AUDIT, or the file of settings.")
]
SinceOption = Annotated[
    str, typer.Option("--since", metavar="MOMENT", help="From then on: a date, or a date and time (UTC unless it says a zone).")
]
UntilOption = Annotated[str, typer.Option("--until", metavar="MOMENT", help="Before then.")]
CallerOption = Annotated[str, typer.Option("--caller", metavar="NAME", help="Asked with the token of this name.")]
RequestOption = Annotated[str, typer.Option("--request", metavar="ID", help="Of this request, by the id in the log.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As data, a line each.")]


@audit_app.command("list")
def list_command(
    since: SinceOption = "",
    until: UntilOption = "",
    caller: CallerOption = "",
    request: RequestOption = "",
    most: Annotated[int, typer.Option("--last", min=1, max=MOST, help="So many of the newest at most.")] = 20,
    store: StoreOption = "",
) -> None:
    """Records, the newest last: number, time, id, where it was asked, how much, and by whom."""
    with closing(_opened(store)) as opened:
        for stored in opened.last(most, _wanted(since, until, caller, request)):
            record = stored.record
            parts = (f"{record.number:>7}", record.time, record.id, f"{record.door:<9}", f"{record.asked.view:<8}", record.caller)
            typer.echo(printable("  ".join(parts)).rstrip())


@audit_app.command("show")
def show_command(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The id of a record.")],
    answer: Annotated[bool, typer.Option("--answer", help="Print the answer alone, byte for byte.")] = False,
    store: StoreOption = "",
) -> None:
    """A record as JSON, with the case; it holds data of a patient. Exit 1 if it was changed since it was written."""
    from spinegraph.api.audit.verify import damages

    with closing(_opened(store)) as opened:
        found = opened.record(id_)
        name = opened.name
    if damaged := " ".join(damages(found)):
        typer.echo(f"Record {found.record.number}: {damaged}", err=True)
    with _readable(found, name):
        if not answer:
            kept = found._replace(contents=found.contents._replace(answer=b""))
            typer.echo(msgspec.json.format(as_line(kept)).decode())
        elif found.record.kept:
            typer.echo(found.contents.whole_answer)
        else:
            raise SettingsError("Only digests were recorded.", where=id_, mend="SPINEGRAPH_AUDIT_CASES=on keeps answers.")
    if damaged:
        raise typer.Exit(1)


@audit_app.command("verify")
def verify_command(
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect", metavar="NUMBER:DIGEST", help="A record as it was noted, which has to be there; may be repeated."
        ),
    ] = None,
    store: StoreOption = "",
) -> None:
    """Whether nothing was changed or taken away; prints what to note elsewhere. Exit 1 if anything was."""
    from spinegraph.api.audit.verify import read_anchor, verified

    anchors = tuple(map(read_anchor, expect or ()))
    with closing(_opened(store)) as opened:
        found = verified(opened, anchors)
    for problem in found.problems:
        typer.echo(problem)
    if found.further:
        typer.echo(f"{found.further:,} more problems")
    typer.echo(f"{_records(found.records)}, the last one {found.last}")
    if found.problems:
        raise typer.Exit(1)


@audit_app.command("export")
def export_command(
    since: SinceOption = "",
    until: UntilOption = "",
    caller: CallerOption = "",
    request: RequestOption = "",
    without_cases: Annotated[
        bool, typer.Option("--without-cases", help="Leave cases, accounts and answers out: what holds data of patients.")
    ] = False,
    store: StoreOption = "",
) -> None:
    """Records in their order, one JSON object a line."""
    with closing(_opened(store)) as opened:
        for stored in opened.records(_wanted(since, until, caller, request)):
            with _readable(stored, opened.name):
                typer.echo(as_line(stored, contents=not without_cases))


@audit_app.command("replay")
def replay_command(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of records.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All records, or those that the other options choose.")] = False,
    since: SinceOption = "",
    until: UntilOption = "",
    caller: CallerOption = "",
    request: RequestOption = "",
    recorded_with: Annotated[
        list[Path] | None,
        typer.Option(
            "--recorded-with",
            metavar="DIR|REVISION|ZIP",
            help="The knowledge of then: with it a difference is explained by the statements that make it; may be repeated.",
        ),
    ] = None,
    as_json: JsonOption = False,
    knowledge: KnowledgeOption = None,
    store: StoreOption = "",
) -> None:
    """Decide recorded cases again. Exit 1 unless every answer is the one that was given."""
    chosen = every or any((since, until, caller, request))
    if bool(ids) == chosen:
        raise typer.BadParameter("Name records, or say --all, --since, --until, --caller or --request, and not both.")
    wanted = _wanted(since, until, caller, request)
    outcomes: Counter[str] = Counter()
    with closing(_opened(store)) as opened, ExitStack() as states:
        replay = _replayer(states, knowledge or (), recorded_with or ()).replay
        for stored in map(opened.record, ids) if ids else opened.records(wanted):
            found = replay(stored, opened.name)
            outcomes[found.outcome] += 1
            if as_json:
                typer.echo(msgspec.json.encode(found))
            elif ids or found.outcome != "equal":
                sys.stdout.writelines(f"{line}\n" for line in _lines(found))
    _sum_up(outcomes, quiet=as_json or len(ids or ()) == 1)


def _sum_up(outcomes: Counter[str], *, quiet: bool) -> None:
    """Say how many records came to what. Raises Exit where not every answer is the one that was given."""
    from spinegraph.api.audit.replay import WELL

    if not quiet:
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
        typer.echo(f"{_records(outcomes.total())}{': ' if told else ''}{told}")
    if set(outcomes) - WELL:
        raise typer.Exit(1)


def _replayer(states: ExitStack, knowledge: Sequence[Path], recorded_with: Sequence[Path]) -> Replayer:
    """What decides with the knowledge of now, and explains with that of then; files last as long as `states`."""
    from spinegraph.api.audit.replay import Replayer
    from spinegraph.api.settings import load_engine
    from spinegraph.engine.knowledge.installed import folders_named
    from spinegraph.engine.validation.diff.states import served_state, state_of
    from spinegraph.engine.validation.service.layout import served_files

    engine = load_engine(knowledge)
    if not recorded_with:
        return Replayer(engine)
    then = []
    for name in recorded_with:
        folders = folders_named([name]) if name.exists() else ()
        then.append(states.enter_context(state_of(str(folders[0] if len(folders) == 1 else name))))
    return Replayer(engine, served_state(served_files(knowledge)), then)


def _lines(found: Replayed) -> Iterator[str]:
    """What became of a record, as text."""
    yield f"{found.number}  {found.id}  {SENTENCES[found.outcome](found)}"
    if found.why:
        yield f"      {found.why}"
    if found.sent is False:
        yield "      The bytes that were sent do not come out: the account of the record differs."
    if found.not_known:
        yield f"      not known now: {', '.join(found.not_known)}"
    if found.then is not None:
        yield f"      The knowledge of then gives {'byte for byte what was recorded' if found.then else 'another answer now'}."
    if found.explained:
        from spinegraph.engine.validation.diff.rendering import case_lines

        yield from case_lines(found.explained)
        return
    if found.then is not None and found.changes:
        yield "      No verdict changes, only what is said:"
    for change in found.changes[:SHOWN]:
        yield f"      {_short(change.member)}: {_short(change.was) or 'not there'} -> {_short(change.now) or 'not there'}"
    if further := len(found.changes[SHOWN:]) + found.further:
        yield f"      and {further:,} more members (--json)"


SENTENCES: dict[str, Callable[[Replayed], str]] = {
    "equal": lambda _: "byte for byte the same",
    "version": lambda _: "the same but for the version of the knowledge",
    "program": lambda found: f"the same knowledge gives another answer: Spinegraph {_then_and_now(found.program)}",
    "knowledge": lambda found: f"other knowledge gives another answer: it {_then_and_now(found.knowledge)}",
    "refused": lambda _: "what was asked can no longer be answered",
    "not-kept": lambda _: "cannot be replayed",
    "damaged": lambda _: "was changed since it was written",
}


def _then_and_now(versions: tuple[str, str]) -> str:
    was, now = (_short(version, 20) for version in versions)
    return f"was {was}, is {now}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _opened(name: str) -> AuditStore:
    """The store that is named, or that of the settings. Raises SettingsError."""
    from spinegraph.api.all_settings import SETTINGS
    from spinegraph.api.setting import whole_environment

    location = name or whole_environment(SETTINGS).get(STORE, "")
    if not location:
        raise SettingsError("No audit store is named.", where="--store", mend=f"Name it, or set {STORE}.")
    try:
        from spinegraph.api.audit.store import open_store
    except ModuleNotFoundError as error:
        raise SettingsError("An audit store cannot be read.", where=location, mend="pip install 'spinegraph[audit]'") from error
    return open_store(location, create=False)


@contextmanager
def _readable(stored: Stored, store: str) -> Iterator[None]:
    """Raises SettingsError where what is kept beside a record was changed so that it cannot be read."""
    try:
        yield
    except (zlib.error, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"What is kept of record {stored.record.number} was changed so that it cannot be read.",
            where=store,
            mend="`spinegraph audit verify` says what was changed; `export --without-cases` leaves it out.",
        ) from error


def _wanted(since: str, until: str, caller: str, request: str) -> Wanted:
    from spinegraph.api.audit.store import Wanted

    return Wanted(
        _moment(since, "--since"), _moment(until, "--until"), _text(caller, "--caller"), "", _text(request, "--request")
    )


def _text(text: str, where: str) -> str:
    """What a store can be asked for. Raises SettingsError."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SettingsError(
            f"{shortened(text)} is no text in UTF-8.", where=where, mend="Give it as `audit list` prints it."
        ) from error
    return text


def _moment(text: str, where: str) -> str:
    """A moment as records have it. Raises SettingsError."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return as_time(round(aware.timestamp() * 1000))
    except (ValueError, OverflowError) as error:
        raise SettingsError(
            f"{shortened(text)} is no moment.", where=where, mend="Give 2026-11-30 or 2026-11-30T08:00:00Z."
        ) from error
