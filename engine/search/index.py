"""The index: SQLite's full text search in memory, made once from the knowledge and asked from any thread.

Words are found as they are typed and as beginnings of words. What is not there so is looked for inside of words and with
slips of the keyboard: an index of three letters at a time over all words proposes, and the number of slips decides.
Where nothing has all of the words, those that say nothing by themselves are left out, and then some of the others will do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Literal, NamedTuple

from spinegraph.engine.model import Knowledge
from spinegraph.engine.search.documents import NAMES, Document, Kind, Words, make_documents
from spinegraph.engine.search.spelling import SHORTEST, slips_allowed, slips_between
from spinegraph.engine.search.words import joined_compounds, words_of

Match = Literal["exact", "name", "text", "similar", "some words"]
RANKS: tuple[Match, ...] = ("exact", "name", "text", "similar", "some words")
"""How well something fits, best first: it is called so; its names have every word that says something; they have them with
what is said of it; it does so with a word that is nearly one that was typed; it has some of the words."""
CONCEPTS = frozenset(("finding", "measurement", "coded", "condition", "intervention"))
NAMES_WEIGH = 8.0
"""How much more a word in a name counts than one in what is said of it."""
SAY_NOTHING: frozenset[str] = frozenset(
    words_of(
        "a an and any are at be can do does for from get has have how i if in is it may me my need of on or our shall should so "
        "that the their them there they this to was what when where which who why will with you your"
    )
)
"""English words that say nothing by themselves."""
MOST_WORDS = 16
"""Words of a question that count; what comes after them is not looked for."""
MOST_ALIKE = 400
"""Words that are compared letter by letter with one that was typed."""
MOST_INSIDE = 60
"""Words that have a typed one inside which are looked for."""


class Hit(NamedTuple):
    """What was found, how it fits, and the text in which it was found."""

    document: Document
    match: Match
    found_in: Words


class Found(NamedTuple):
    """The best that was found, how much there is in all, and the other spellings under which words were looked for."""

    hits: tuple[Hit, ...]
    total: int
    read_as: Mapping[str, tuple[str, ...]]


class _Form(NamedTuple):
    """How a word is looked for: as the beginning of a word, and as these other words; `similar` if they are guesses."""

    word: str
    others: tuple[str, ...]
    similar: bool

    @property
    def query(self) -> str:
        return "(" + " OR ".join((f'"{self.word}"*', *(f'"{other}"' for other in self.others))) + ")"

    def within(self, text: str) -> bool:
        """Whether a text between spaces has it."""
        return f" {self.word}" in text or any(f" {other} " in text for other in self.others)


class _Asked(NamedTuple):
    """What is looked for: its words in each form, and what is left out."""

    forms: tuple[_Form, ...]
    kinds: Collection[Kind]
    language: str
    names_only: bool

    @property
    def similar(self) -> bool:
        return any(form.similar for form in self.forms)

    def query(self, between: str) -> str:
        """As full text search has it."""
        return ("names : " if self.names_only else "") + "(" + between.join(form.query for form in self.forms) + ")"

    def is_name(self, name: tuple[str, ...]) -> bool:
        """Whether a name is exactly these words, or one of the spellings under which they are looked for."""
        return len(name) == len(self.forms) and all(
            word == form.word or (form.similar and word in form.others) for word, form in zip(name, self.forms, strict=True)
        )


class SearchIndex:
    """The search in one knowledge, in each of its languages, the first of which is complete."""

    def __init__(self, languages: Mapping[str, Knowledge]) -> None:
        self.languages = tuple(languages)
        self._documents = make_documents(languages)
        self._names = [_between_spaces(words for words in one.words if words.where in NAMES) for one in self._documents]
        self._called = [{words_of(words.text) for words in one.words if words.where in NAMES} for one in self._documents]
        self._lock = Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._fill()
        self._terms: tuple[str, ...] = tuple(term for (term,) in self._base.execute("SELECT term FROM vocabulary ORDER BY term"))
        self.tolerant = self._fill_trigrams()

    def _fill(self) -> None:
        self._base.execute("CREATE VIRTUAL TABLE texts USING fts5(names, rest, tokenize = 'unicode61 remove_diacritics 0')")
        self._base.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, 'row')")
        rest = (_between_spaces(words for words in one.words if words.where not in NAMES) for one in self._documents)
        rows = ((number, names, said) for number, (names, said) in enumerate(zip(self._names, rest, strict=True)))
        self._base.execute("BEGIN")
        self._base.executemany("INSERT INTO texts (rowid, names, rest) VALUES (?, ?, ?)", rows)
        self._base.execute("COMMIT")

    def _fill_trigrams(self) -> bool:
        """Words by three letters at a time, with their beginning and end; False where SQLite (before 3.34) cannot do that."""
        try:
            self._base.execute("CREATE VIRTUAL TABLE trigrams USING fts5(term, tokenize = 'trigram')")
        except sqlite3.OperationalError:
            return False
        self._base.execute("BEGIN")
        self._base.executemany("INSERT INTO trigrams (term) VALUES (?)", ((f"  {term} ",) for term in self._terms))
        self._base.execute("COMMIT")
        return True

    def find(
        self, text: str, kinds: Collection[Kind] = (), language: str = "", limit: int = 20, *, names_only: bool = False
    ) -> Found:
        """What has all the words of a text, best first; where nothing has, what has some of them. No words find nothing.

        `kinds` and `language` leave out everything else; `names_only`: what is said of things is not searched.
        """
        words = tuple(dict.fromkeys(words_of(text)))[:MOST_WORDS]
        telling = tuple(word for word in words if word not in SAY_NOTHING) or words
        with self._lock:
            forms = {word: self._form(word) for word in words}
            for chosen, between in dict.fromkeys(((words, " AND "), (telling, " AND "), (telling, " OR "))):
                asked = _Asked(tuple(forms[word] for word in chosen), kinds, language, names_only)
                ranked = self._ranked(asked, between) if chosen else []
                if ranked:
                    break
        hits = tuple(Hit(document, match, _place(document, asked.forms)) for match, document in ranked[:limit])
        return Found(hits, len(ranked), {form.word: form.others for form in asked.forms if form.similar and form.others})

    def _ranked(self, asked: _Asked, between: str) -> list[tuple[Match, Document]]:
        """What has the words, best first, everything once."""
        query = f"SELECT rowid, bm25(texts, {NAMES_WEIGH}, 1.0) FROM texts WHERE texts MATCH ?"  # noqa: S608 (a number of ours)
        found = []
        for number, score in self._base.execute(query, (asked.query(between),)):
            document = self._documents[number]
            if (not asked.kinds or document.kind in asked.kinds) and asked.language in ("", document.language):
                named = any(map(asked.is_name, self._called[number]))
                in_names = all(form.within(self._names[number]) for form in asked.forms)
                match: Match = _match(asked, named=named, in_names=in_names) if between == " AND " else "some words"
                later = between == " AND " and document.kind not in CONCEPTS
                order = (RANKS.index(match), not named, not in_names, later, round(score, 6), len(document.label), number)
                found.append((order, match, document))
        best: dict[str, tuple[Match, Document]] = {}
        for _, match, document in sorted(found, key=lambda one: one[0]):
            best.setdefault(document.iri, (match, document))
        return list(best.values())

    def _form(self, word: str) -> _Form:
        """How a word is looked for: as typed, or if no word begins so, as part of words, or else as what it is nearly."""
        begins = self._base.execute("SELECT 1 FROM texts WHERE texts MATCH ? LIMIT 1", (f'"{word}"*',)).fetchone()
        if begins or len(word) < SHORTEST:
            return _Form(word, (), similar=False)
        if inside := self._inside(word):
            return _Form(word, inside, similar=False)
        return _Form(word, self._alike(word), similar=True)

    def _inside(self, word: str) -> tuple[str, ...]:
        if self.tolerant:
            return self._proposed(f'"{word}"', MOST_INSIDE)
        return tuple(term for term in self._terms if word in term)[:MOST_INSIDE]

    def _alike(self, word: str) -> tuple[str, ...]:
        """The words that the fewest slips make of this one, if these can be forgiven."""
        most = slips_allowed(word)
        if not most:
            return ()
        padded = f"  {word} "
        pieces = dict.fromkeys(padded[start : start + 3] for start in range(len(padded) - 2))
        near = self._proposed(" OR ".join(f'"{piece}"' for piece in pieces), MOST_ALIKE) if self.tolerant else self._terms
        slips = {term: slips_between(word, term, most) for term in near}
        fewest = min(slips.values(), default=most + 1)
        return tuple(sorted(term for term, count in slips.items() if count == fewest <= most))

    def _proposed(self, query: str, most: int) -> tuple[str, ...]:
        rows = self._base.execute("SELECT term FROM trigrams WHERE trigrams MATCH ? ORDER BY rank LIMIT ?", (query, most))
        return tuple(term.strip() for (term,) in rows)


def _match(asked: _Asked, *, named: bool, in_names: bool) -> Match:
    if asked.similar:
        return "similar"
    return "exact" if named else "name" if in_names else "text"


def _between_spaces(words: Iterable[Words]) -> str:
    """Plain words between spaces, those with hyphens also without."""
    texts = [words.text for words in words]
    return " ".join(("", *(word for text in texts for word in (*words_of(text), *joined_compounds(text))), ""))


def _place(document: Document, forms: tuple[_Form, ...]) -> Words:
    """The text of a document that has the most of the words with the fewest others; among equals the first."""

    def fits(words: Words) -> tuple[int, bool, bool]:
        between = _between_spaces((words,))
        return sum(form.within(between) for form in forms), words.where in NAMES, len(words_of(words.text)) == len(forms)

    return max(document.words, key=fits)


def make_index(knowledge: Knowledge) -> SearchIndex:
    """The search in a knowledge, in English and in every other language in which it has words."""
    return SearchIndex({"en": knowledge, **knowledge.languages})
