"""YAML with the line of everything in it, so that what is refused can be found."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from spinegraph.engine.errors import CaseError, MalformedCaseError, UnknownCodeError, shortened
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.knowledge.yaml_text import DOCUMENT, Place, read_yaml


class YamlDocument(NamedTuple):
    """A YAML file as plain data. Places in it are JSON pointers ("/0/case/present/2"); `places` has the place of each."""

    file: str
    data: Any
    places: Mapping[str, Place]

    def line(self, pointer: str) -> int:
        """The line of a place, or of the nearest place around it."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places[pointer].line if pointer in self.places else 1

    def where(self, pointer: str) -> str:
        """`file:line` of a place, or of the nearest place around it."""
        return f"{self.file}:{self.line(pointer)}"

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
                self.refuse(f"{what} has no {shortened(key)}{meant}", f"{pointer}/{key}", f"Use {', '.join(keys)}.")

    def check_known(self, pointer: str, name: Any, known: Sequence[str], what: str) -> None:
        """Refuse a name that is not among the known ones, with the nearest of them."""
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=3)
            mend = f"Nearest: {', '.join(near)}." if near else f"Known: {', '.join(known[:20])}."
            self.refuse(f"There is no {what} {shortened(name) if isinstance(name, str) else repr(name)}.", pointer, mend)

    def check_words(self, pointer: str, text: str) -> None:
        """Refuse characters that nobody can read."""
        if unshown := unshown_character(text):
            self.refuse(f"This has a character that nobody can read: {unshown}.", pointer, "Take it out.")

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
        text = read_yaml(path.read_bytes(), DOCUMENT)
    except OSError as error:
        raise MalformedCaseError(f"{path} cannot be read: {error.strerror}.", mend="Check the path.") from error
    except CaseError as error:
        raise type(error)(error.what, where=f"{path}: {error.where}" if error.where else str(path), mend=error.mend) from error
    return YamlDocument(str(path), text.data, text.places)
