"""What somebody most likely did where the Turtle parser stopped, and how to mend it: the parser says what it did not expect."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import NamedTuple

from spinegraph.engine.knowledge.turtle.terms import PREFIXES

UNREAD = "everything after that place was left unread."
GENERAL = f"Mend the Turtle there; {UNREAD}"
_CURLY = "“”„‟«»‘’‚‹›"
_UNDECLARED = re.compile(r"The prefix (\S*): has not been declared")


class _Stop(NamedTuple):
    """Where the parser stopped: its message, the text of that line up to there and from there on, and the last line before
    that says anything, with its number."""

    message: str
    before: str
    rest: str
    above: str
    number: int

    @property
    def ending(self) -> str:
        """The end of what stands before, on this line or above."""
        return (self.before.strip() or self.above).rstrip()


def mend_turtle(text: str, message: str, line: int, column: int) -> str:
    """How to mend what a parser complains of at a place (1-based), in a sentence or two; what it says in general where the
    slip is none of the usual ones."""
    lines = text.split("\n")
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    before, rest = here[: max(column - 1, 0)], here[max(column - 1, 0) :]
    written = [
        (number, content)
        for number, content in enumerate(lines[: line - 1], 1)
        if content.strip() and not content.lstrip().startswith("#")
    ]
    number, above = (line, before) if before.strip() or not written else written[-1]
    stop = _Stop(message, before, rest, above.strip(), number)
    hint = next((hint for slip in _SLIPS if (hint := slip(stop))), "")
    return f"{hint} {UNREAD.capitalize()}" if hint else GENERAL


def _prefix(stop: _Stop) -> str:
    found = _UNDECLARED.search(stop.message)
    if not found:
        return ""
    name = found[1]
    if name in PREFIXES:
        return f"Add PREFIX {name}: <{PREFIXES[name]}> at the top of the file."
    near = difflib.get_close_matches(name, PREFIXES, n=1)
    return (
        f"Did you mean {near[0]}:? Else add PREFIX {name}: <…> at the top."
        if near
        else f"Add PREFIX {name}: <…> at the top of the file."
    )


def _prefix_line(stop: _Stop) -> str:
    if re.match(r"\s*PREFIX\b", stop.before, re.IGNORECASE) and stop.rest.startswith("."):
        return "Take the dot out: a line that begins with PREFIX has none."
    if stop.above.startswith("@prefix") and not stop.above.endswith("."):
        return f"Write a dot at the end of line {stop.number}: a line that begins with @prefix has one."
    return ""


def _quotes(stop: _Stop) -> str:
    if stop.rest[:1] and stop.rest[0] in _CURLY:
        return 'Write straight quotation marks (") around a text.'
    if "end of file" in stop.message and stop.rest[:1] in ('"', "'"):
        return f"Close the text that begins there with {stop.rest[0]}."
    if "Line jumps" in stop.message:
        return 'Close the text with " on its line; one of several lines stands between """ and """.'
    if stop.rest[:1].isalnum() and stop.before.endswith('"') and stop.before.count('"') % 2 == 0:
        return 'Write \\" for a quotation mark inside a text.'
    if re.search(r"@[A-Za-z]+_?$", stop.before) and "_" in (stop.before[-1:] + stop.rest[:1]):
        return "Write a hyphen in a language tag; texts are @en for clinicians and @en-x-patient for patients."
    return ""


def _values(stop: _Stop) -> str:
    if re.match(r"(True|TRUE|False|FALSE)\b", stop.rest):
        return f"Write {stop.rest.split()[0].rstrip(';.,').lower()}, in small letters."
    if re.search(r"\d\s*$", stop.before) and re.match(r"[°%A-Za-zµ]", stop.rest):
        return "Write the number alone: core:unit of the measurement says its unit."
    if "Invalid IRI code point" in stop.message:
        return "Take out what no IRI can have, such as a space, or write the > that ends it before that."
    if "No scheme" in stop.message:
        return "Write the whole IRI between < and >, or a name with a prefix, such as finding:Name."
    if stop.rest.startswith("/") and not stop.before.strip():
        return "Begin a comment with #."
    return ""


def _joints(stop: _Stop) -> str:
    """Dots, semicolons, commas and brackets."""
    end, line = stop.ending[-1:], stop.number
    if stop.rest.startswith('"') and "subject" in stop.message and end not in ",;(":
        return f"Write a comma between two values, at the end of line {line}."
    if re.match(r"a\b", stop.rest) and "RDF object" in stop.message:
        return f"Write a dot after the last statement of the subject above: what stands before line {line} has not ended."
    if stop.rest.startswith("[") and end not in "([,":
        return "Put the members of a list between ( and )."
    if stop.rest.startswith(","):
        return "Take the comma out, if it stands between the members of a list ( … ); else write a value before it."
    if stop.rest.startswith(";"):
        return "Write a property and its value before the semicolon; in front of a class the property is `a`."
    if stop.rest.startswith(".") and "RDF object" in stop.message:
        return "Write what is stated after the property, before the dot."
    if "']'" in stop.message:
        if re.match(r"[\w:-]", stop.rest) and stop.before.strip():
            return "Write a semicolon between two statements; a name has no space in it."
        return f"Write the missing ] after line {line}, or a semicolon between two statements."
    if "A dot is expected" in stop.message:
        return f"Write a semicolon at the end of line {line} if the next statement is about the same subject, a dot if it is not."
    return ""


_SLIPS: tuple[Callable[[_Stop], str], ...] = (_prefix, _prefix_line, _quotes, _values, _joints)
