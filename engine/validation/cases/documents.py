"""YAML with the line of everything in it, so that what is refused can be found."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml
from spinegraph.engine.decide.case_text import parse_yaml
from spinegraph.engine.errors import CaseError, MalformedCaseError, UnknownCodeError, shortened


class YamlDocument(NamedTuple):
    """A YAML file as plain data. Places in it are JSON pointers ("/0/case/present/2"); `lines` has the line of each."""

    file: str
    data: Any
    lines: Mapping[str, int]

    def where(self, pointer: str) -> str:
        """`file:line` of a place, or of the nearest place around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return f"{self.file}:{self.lines.get(pointer, 1)}"

    def refuse(self, what: str, pointer: str, mend: str) -> NoReturn:
        """Raise MalformedCaseError at a place."""
        raise MalformedCaseError(what, where=self.where(pointer), mend=mend)

    def located(self, error: CaseError, around: str) -> CaseError:
        """An error that was found in a part of this file, with `file:line` for its place in that part."""
        if isinstance(error, UnknownCodeError):
            entries: Any = error.details["unknown"]
            return UnknownCodeError(error.unknown, {entry["code"]: self.where(around + entry["at"]) for entry in entries})
        return type(error)(error.what, where=self.where(around + error.where), mend=error.mend)

    def check_keys(self, pointer: str, data: Any, keys: Sequence[str], what: str) -> None:
        """Refuse what is no mapping, or has another key than `keys`."""
        if not isinstance(data, dict):
            self.refuse(f"{what} has keys and values.", pointer, f"Use {', '.join(keys)}.")
        for key in data:
            if key not in keys:
                near = difflib.get_close_matches(str(key), keys, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else "."
                self.refuse(f"{what} has no {key!r}{meant}", f"{pointer}/{key}", f"Use {', '.join(keys)}.")

    def check_known(self, pointer: str, name: Any, known: Sequence[str], what: str) -> None:
        """Refuse a name that is not among the known ones, with the nearest of them."""
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=3)
            mend = f"Nearest: {', '.join(near)}." if near else f"Known: {', '.join(known[:20])}."
            self.refuse(f"There is no {what} {name!r}.", pointer, mend)

    def texts(self, pointer: str, data: Any) -> tuple[str, ...]:
        """Refuse what is no list of texts."""
        if not isinstance(data, list) or not all(isinstance(text, str) for text in data):
            self.refuse("This is a list of names.", pointer, "Write [name, name].")
        return tuple(data)

    def texts_by_name(self, pointer: str, data: Any) -> dict[str, str]:
        """Refuse what is no mapping from texts to texts."""
        if not isinstance(data, dict) or not all(isinstance(text, str) for entry in data.items() for text in entry):
            self.refuse("This maps names to verdicts.", pointer, "Write {name: verdict}.")
        return dict(data)


def read_yaml_document(path: Path) -> YamlDocument:
    """Read one file. Raises MalformedCaseError, CaseTooLargeError."""
    try:
        body = path.read_bytes()
        data = parse_yaml(body)
    except OSError as error:
        raise MalformedCaseError(f"{path} cannot be read: {error.strerror}.", mend="Check the path.") from error
    except CaseError as error:
        raise type(error)(error.what, where=f"{path}: {error.where}" if error.where else str(path), mend=error.mend) from error
    node = _compose(body, str(path))
    return YamlDocument(str(path), data, dict(_lines(node, "")) if node else {})


class _PlainLoader(yaml.SafeLoader):
    """Aliases are refused: written out, aliases of aliases have more places than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, f"*{event.anchor}", event.start_mark)
        return super().compose_node(parent, index)


def _compose(body: bytes, file: str) -> yaml.Node | None:
    """The nodes of a text that is known to be YAML. Raises MalformedCaseError where it has an alias."""
    try:
        node: yaml.Node | None = yaml.compose(body, Loader=_PlainLoader)
    except yaml.composer.ComposerError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MalformedCaseError(
            f"{shortened(str(error.problem))} stands for something that is written elsewhere.",
            where=f"{file}:{line}",
            mend="Write it out: aliases are not read here.",
        ) from error
    return node


def _lines(node: yaml.Node, pointer: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{pointer}/{key.value}", key.start_mark.line + 1
            yield from _lines(value, f"{pointer}/{key.value}")
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield f"{pointer}/{number}", item.start_mark.line + 1
            yield from _lines(item, f"{pointer}/{number}")
