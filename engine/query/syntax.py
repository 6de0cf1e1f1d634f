"""Where a query stops being SPARQL, and what is wrong there.

Oxigraph decides that a query is wrong, and knows of undeclared prefixes and unbound variables, but the place that it tells
lies up to a keyword's length too far. rdflib tells where the smallest part begins that it cannot read, and is asked for that.
"""

from __future__ import annotations

import re

from spinegraph.engine.errors import QuerySyntaxError

LONGEST = 16_384
"""Characters up to which rdflib is asked: it is slow."""

BESIDE_GRAMMAR = (
    "Look for BIND to a variable that has a value already, a row of VALUES with too few or too many terms, "
    "or one blank node label in two groups."
)

BY_MEANING = {
    "IRI parsing failed": ("This is no IRI.", "Write an IRI without spaces, in angle brackets."),
    "language tag parsing failed": ("This is no language tag.", "Write one such as @en or @de-AT."),
    "contains a variable that is unbound": (
        "SELECT names a variable that is neither grouped nor aggregated.",
        "Add it to GROUP BY, or aggregate it.",
    ),
    "SELECT * is not authorized with GROUP BY": (
        "SELECT * cannot stand with GROUP BY or an aggregate.",
        "Name the variables of GROUP BY, and the aggregates with AS.",
    ),
    "overrides an existing variable": ("SELECT … AS names a variable that has a value already.", "Choose another name."),
}
"""What Oxigraph says → what is wrong by meaning rather than by grammar, and how to mend it."""

QUIET = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"' r"|'(?:[^'\\\n\r]|\\.)*'" r"|<[^<>\"{}|^`\\\x00-\x20]*>" r"|#[^\n\r]*",
    re.DOTALL,
)  # fmt: skip
"""Strings, IRIs and comments, as nearly as one regular expression finds them."""

_PLACE = re.compile(r"(?:error )?at (\d+):(\d+): (.*)", re.DOTALL)
_DECLARED = re.compile(r"PREFIX\s+([^\s:]*):", re.IGNORECASE)
_USED = re.compile(r"(?<![\w?$:@.-])([A-Za-z][\w.-]*|):[\w%]")


def quieted(text: str) -> str:
    """The text with strings, IRIs and comments blanked out, every other character in its place."""
    return QUIET.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def syntax_error(text: str, error: Exception) -> QuerySyntaxError:
    """What Oxigraph found wrong, with line and column in `where` and in the details."""
    message = str(error.args[0] if error.args else error)
    found = _PLACE.match(message)
    if found is None:
        return QuerySyntaxError(_sentence(message), mend="Write a SPARQL 1.1 query.")
    line, column, message = int(found[1]), int(found[2]), found[3]
    what, mend = _reason(message)
    begins = _begin(text)
    undeclared = _undeclared(text) if "Prefix not found" in message or not (begins or what) else None
    if undeclared:
        prefix, line, column = undeclared
        what, mend = f"The prefix {prefix}: is not declared.", f"Begin the query with PREFIX {prefix}: <…>."
    elif begins:
        line, column = begins
        what = what or _unreadable(text, line, column)
    elif not what and len(text) <= LONGEST:
        what, mend = "The grammar is kept, but not a rule beside it, before this place.", BESIDE_GRAMMAR
    return QuerySyntaxError(
        what or "The query cannot be read from here on.",
        where=f"line {line}, column {column}",
        mend=mend,
        details={"line": line, "column": column},
    )


def _unreadable(text: str, line: int, column: int) -> str:
    """What stands at a place that cannot be read, in words."""
    rest = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
    near = re.split(r"[\r\n]", rest.strip())[0][:40].strip()
    return f"What begins with {near!r} cannot be read." if near else "The query ends too early."


def _reason(message: str) -> tuple[str, str]:
    """What is wrong by meaning, if it is that, and how to mend it."""
    for sign, reason in BY_MEANING.items():
        if sign in message:
            return reason
    prose = [
        part for part in re.split(r", |expected one of |expected ", message) if re.fullmatch(r"[A-Z][a-z]+ [a-z ]{6,}.*", part)
    ]
    return (_sentence(prose[0]) if prose else ""), "Mend the query there: a misspelt keyword, a missing dot or bracket is likely."


def _undeclared(text: str) -> tuple[str, int, int] | None:
    quiet = quieted(text)
    declared = {found[1] for found in _DECLARED.finditer(quiet)}
    for used in _USED.finditer(quiet):
        if used[1] not in declared:
            return used[1], *place(text, used.start())
    return None


def _begin(text: str) -> tuple[int, int] | None:
    """Where rdflib stops."""
    if len(text) > LONGEST:
        return None
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parseQuery(text.replace("\t", " "))  # pyparsing counts a tab as up to eight columns
    except ParseBaseException as error:
        return error.lineno, error.column
    except Exception:  # noqa: BLE001 (rdflib raises whatever it comes upon; its opinion is not needed)
        return None
    return None


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".") or "It cannot be parsed"
    return f"{text[0].upper()}{text[1:]}."
