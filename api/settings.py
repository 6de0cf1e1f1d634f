"""What can be set about the service, and the loading of the knowledge that it serves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args

from spinegraph.api.setting import SettingsError
from spinegraph.engine import MAX_BYTES, Engine, KnowledgeError
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText, read_local
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES as MOST_OF_A_RECORD
from spinegraph.engine.knowledge.installed import folders_named, only_shipped
from spinegraph.engine.validation.admission import open_knowledge

MOST_DIGITS = 15
DIGEST = "SPINEGRAPH_KNOWLEDGE_DIGEST"
"""The variable that names the only knowledge to be decided with: a file that is cut off may still load."""
OFF = "SPINEGRAPH_OFF"
"""The variable that names the parts of the service that are switched off."""
LOCAL = "SPINEGRAPH_LOCAL"
"""The variable that names the file with a deployer's own texts."""
Part = Literal["decisions", "sparql", "validation", "fhir", "pages", "hooks", "mcp"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What can be switched off; the catalogue, the sources, the IRIs and health are always there."""
LOG_LEVELS = ("critical", "error", "warning", "info", "debug")


@dataclass(frozen=True)
class Settings:
    """The service's settings; `from_environment` reads them from variables.

    | field            | variable                    | meaning                                                            |
    |------------------|-----------------------------|--------------------------------------------------------------------|
    | `host`           | `SPINEGRAPH_HOST`           | address to listen on; default 127.0.0.1, this machine only         |
    | `port`           | `SPINEGRAPH_PORT`           | TCP port, 0 (any free one) to 65535; default 8000                  |
    | `max_body_bytes` | `SPINEGRAPH_MAX_BODY_BYTES` | largest request body in bytes, 1 to 1048576 (default)              |
    | `body_seconds`   | `SPINEGRAPH_BODY_SECONDS`   | seconds for the body of a case to arrive, 1 to 3600; default 10    |
    | `knowledge`      | `SPINEGRAPH_KNOWLEDGE`      | folders, packages or archives, separated as in PATH; or shipped    |
    | `log_level`      | `SPINEGRAPH_LOG_LEVEL`      | critical, error, warning (default), info or debug                  |
    | `local`          | `SPINEGRAPH_LOCAL`          | YAML file: where the article sends patients; default: nowhere      |
    | `sources`        | `SPINEGRAPH_SOURCES`        | folder of the documents, whose printed words are shown; or none    |
    | `compare`        | `SPINEGRAPH_COMPARE`        | git revision or folder to compare the knowledge with; default none |
    | `guideline`      | `SPINEGRAPH_GUIDELINE`      | names of the packages that are served, with commas; default: all   |
    | `off`            | `SPINEGRAPH_OFF`            | parts that are switched off, with commas, see PARTS; default none  |
    | `max_record_bytes` | `SPINEGRAPH_MAX_RECORD_BYTES` | largest FHIR record in bytes, 1 to 8388608 (default)         |
    """

    host: str = "127.0.0.1"
    port: int = 8000
    max_body_bytes: int = MAX_BYTES
    body_seconds: float = 10
    knowledge: tuple[Path, ...] = ()
    log_level: str = "warning"
    local: LocalText = NO_TEXT
    sources: Path | None = None
    compare: str = ""
    guideline: tuple[str, ...] = ()
    max_record_bytes: int = MOST_OF_A_RECORD
    off: frozenset[Part] = frozenset()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from SPINEGRAPH_* variables. Raises SettingsError, which names the variable, and LocalTextError."""
        folders = environment.get("SPINEGRAPH_KNOWLEDGE", "")
        return cls(
            host=environment.get("SPINEGRAPH_HOST", cls.host),
            port=whole_number(environment, "SPINEGRAPH_PORT", cls.port, range(65536)),
            max_body_bytes=whole_number(environment, "SPINEGRAPH_MAX_BODY_BYTES", cls.max_body_bytes, range(1, MAX_BYTES + 1)),
            max_record_bytes=whole_number(
                environment, "SPINEGRAPH_MAX_RECORD_BYTES", MOST_OF_A_RECORD, range(1, MOST_OF_A_RECORD + 1)
            ),
            body_seconds=whole_number(environment, "SPINEGRAPH_BODY_SECONDS", 10, range(1, 3601)),
            knowledge=folders_named(Path(folder) for folder in folders.split(os.pathsep) if folder),
            guideline=tuple(name.strip() for name in environment.get("SPINEGRAPH_GUIDELINE", "").split(",") if name.strip()),
            log_level=_one_of(environment, "SPINEGRAPH_LOG_LEVEL", cls.log_level, LOG_LEVELS),
            local=read_local(Path(file)) if (file := environment.get(LOCAL, "")) else NO_TEXT,
            sources=Path(folder) if (folder := environment.get("SPINEGRAPH_SOURCES", "")) else None,
            compare=environment.get("SPINEGRAPH_COMPARE", ""),
            off=frozenset(read_part(name.strip()) for name in environment.get(OFF, "").split(",") if name.strip()),
        )


def serves_own_content(settings: Settings) -> bool:
    """Whether settings bring anything to be served that does not come with the tool."""
    return not only_shipped(settings.knowledge) or bool(settings.sources or settings.compare or settings.local != NO_TEXT)


def load_engine(folders: Iterable[Path] = (), environment: Mapping[str, str] = os.environ) -> Engine:
    """Compile the knowledge below folders, by default the shipped one.

    Raises KnowledgeError; also where it has errors, or is not the one that SPINEGRAPH_KNOWLEDGE_DIGEST names.
    """
    knowledge = open_knowledge(folders)
    expected = environment.get(DIGEST, "")
    if expected and knowledge.digest != expected:
        raise KnowledgeError(
            f"This knowledge is {knowledge.digest}, not {shortened(expected)}.",
            where=DIGEST,
            mend="Put the files back as they were, or name the digest of what is meant (`spinegraph knowledge`).",
        )
    return Engine(knowledge)


def whole_number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    """The variable as a whole number. Raises SettingsError, which names it."""
    text = environment.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS or int(text) not in allowed:
        raise SettingsError(
            f"{text!r} cannot be used.", where=name, mend=f"Give a whole number from {allowed[0]} to {allowed[-1]}, or unset it."
        )
    return int(text)


def limits_from(environment: Mapping[str, str], ranges: Mapping[str, tuple[str, range]]) -> dict[str, int]:
    """The fields that variables set: `ranges` has the variable of each field, and what it may be. Raises SettingsError."""
    given = {field: (name, allowed) for field, (name, allowed) in ranges.items() if environment.get(name)}
    return {field: whole_number(environment, name, 0, allowed) for field, (name, allowed) in given.items()}


def read_part(name: str, where: str = OFF) -> Part:
    """The name of a part. Raises SettingsError, which names the nearest."""
    for part in PARTS:
        if name == part:
            return part
    near = get_close_matches(name, PARTS, n=1)
    raise SettingsError(
        f"There is no part {shortened(name)}." + (f" Nearest: {near[0]}." if near else ""),
        where=where,
        mend=f"Give some of {', '.join(PARTS)}, with commas.",
    )


def _one_of(environment: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = environment.get(name, default)
    if text not in allowed:
        raise SettingsError(f"{text!r} cannot be used.", where=name, mend=f"Give one of {', '.join(allowed)}, or unset it.")
    return text
