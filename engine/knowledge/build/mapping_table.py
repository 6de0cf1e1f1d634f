"""An SSSOM mapping table: its YAML head in lines with #, and its rows, each with its line. The only reader of such tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args
from urllib.parse import unquote

from spinegraph.engine.errors import CaseError, KnowledgeError, VocabularyError, shortened
from spinegraph.engine.knowledge.files import in_unix_form, is_shared, read_file
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand, shorten
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.knowledge.yaml_text import DOCUMENT, read_yaml
from spinegraph.engine.model import CodeMapping, DeprecatedTerm, MappingRelation

NEEDED = ("subject_id", "predicate_id", "object_id")
"""Columns without which a row says nothing."""
RELATIONS: Mapping[str, MappingRelation] = {f"skos:{kind}Match": kind for kind in get_args(MappingRelation)}
PREDICATES = tuple(RELATIONS)
EXACT, NARROW = "skos:exactMatch", "skos:narrowMatch"
MODIFIER, CARDINALITY = "predicate_modifier", "mapping_cardinality"
NOTHING = "sssom:NoTermFound"
"""What SSSOM writes where nothing matches."""
_PARTS = ("type", "source", "source_version", "match_field", "preprocessing")
_SHARED = (
    "author_id", "author_label", "cardinality_scope", "comment", "creator_id", "creator_label", "curation_rule",
    "curation_rule_text", "issue_tracker_item", "license", "mapping_date", "mapping_provider", "mapping_source", "mapping_tool",
    "mapping_tool_id", "mapping_tool_version", "other", "predicate_type", "publication_date", "review_date",
    "reviewer_agreement", "reviewer_id", "reviewer_label", "see_also", "similarity_measure",
)  # fmt: skip
COLUMNS = frozenset(
    (
        *NEEDED, *_SHARED, MODIFIER, "confidence", CARDINALITY, "mapping_justification", "match_string",
        "predicate_label", "record_id", "similarity_score",
        *(f"{side}_{part}" for side in ("subject", "object") for part in (*_PARTS, "label", "category")),
    )
)  # fmt: skip
"""What SSSOM says of a mapping (slots of the class Mapping, https://w3id.org/sssom/Mapping)."""
HEAD = frozenset(
    (
        *_SHARED, "curie_map", "issue_tracker", "sssom_version",
        *(f"mapping_set_{part}" for part in ("id", "version", "source", "title", "description", "confidence")),
        *(f"{side}_{part}" for side in ("subject", "object") for part in _PARTS),
    )
)  # fmt: skip
"""What SSSOM says of a table as a whole (slots of the class MappingSet)."""
_SYSTEMS = (
    ("snomed.info/id/", "snomed.info/sct/", 96, "snomedct"),
    ("loinc.org/", "loinc.org/rdf/", 1, "lnc"),
    ("hl7.org/fhir/sid/icd-10-cm/", "hl7.org/fhir/sid/icd-10-cm/", 90, "icd10cm"),
    ("purl.bioontology.org/ontology/rxnorm/", "nlm.nih.gov/research/umls/rxnorm/", 88, "rxnorm"),
    ("whocc.no/atc/", "whocc.no/atc/", 73, "atc"),
    ("ama-assn.org/go/cpt/", "ama-assn.org/go/cpt/", 12, "cpt"),
)
ALIASES: Mapping[str, tuple[str, ...]] = {
    namespace: (
        fhir,
        *(f"urn:oid:2.16.840.1.113883.6.{arc}{end}" for end in ":./"),
        f"purl.bioontology.org/ontology/{name}/",
    )
    for namespace, fhir, arc, name in _SYSTEMS
} | {
    "purl.obolibrary.org/obo/hp_": ("human-phenotype-ontology.org/hp:",),
    "purl.obolibrary.org/obo/mondo_": ("purl.obolibrary.org/obo/mondo.owl/mondo:",),
}
"""Namespace of a code system → others of the same system: of FHIR, below its OID (HL7), of BioPortal."""
_CURIE = re.compile(r"""[A-Za-z][\w.-]*:[^\s<>"{}|\\^`]+""")
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*")


class Row(NamedTuple):
    """One mapping: 1-based line, cells by column, and the IRI of the subject ("" where its prefix is not one of ours)."""

    line: int
    cells: Mapping[str, str]
    subject: str
    surplus: bool
    """Whether the row has more or fewer cells than there are columns."""
    code: str = ""
    """The object by what it means: two spellings of one IRI have the same (`same_code`)."""


class MappingTable(NamedTuple):
    """A table as it is written. `head` is the text of its metadata, the # removed; `first` the line of the column names."""

    path: Path
    head: str
    first: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    metadata: Mapping[str, Any] = {}
    prefixes: Mapping[str, str] = {}
    """Prefix → namespace, from the curie_map."""
    unreadable: tuple[tuple[int, str], ...] = ()
    """Lines of what is no text or no head, and what is wrong with them."""

    def errors(self, known: Container[str], deprecated: Mapping[str, DeprecatedTerm]) -> Iterator[KnowledgeError]:
        """Why the table cannot be used: whatever it says that is not understood, subjects that do not exist or are out of use."""
        for line, what in self.unreadable:
            yield self.error(line, what, "Write SSSOM in UTF-8: a YAML head in lines with #, then a table with tabs.")
        for key in self.metadata:
            if key not in HEAD:
                what = f"The head of the table has {shortened(key)}, which SSSOM does not have."
                yield self.error(self.line_of(f"{key}:"), what, "Take it out: what is not understood is not ignored.")
        missing = [column for column in NEEDED if column not in self.columns]
        if missing:
            yield self.error(
                self.first,
                f"A mapping cannot be read: there is no {', '.join(map(repr, missing))}.",
                "Give the columns subject_id, predicate_id and object_id, separated by tabs.",
            )
            return
        for number, column in enumerate(self.columns):
            if column not in COLUMNS or column in self.columns[:number]:
                what = f"{shortened(column)} is no column that SSSOM has" if column not in COLUMNS else f"{column!r} stands twice"
                yield self.error(self.first, f"{what}.", "Take it out: what is not understood is not ignored.")
        for row in self.rows:
            error = self._error_of(row, known, deprecated)
            if error is not None:
                yield error

    def _error_of(self, row: Row, known: Container[str], deprecated: Mapping[str, DeprecatedTerm]) -> KnowledgeError | None:
        """The first thing for which a row cannot be used."""
        if row.surplus:
            return self.error(
                row.line,
                f"The row has another number of cells than the {len(self.columns)} columns.",
                "Separate the cells by tabs, one for each column.",
            )
        for column, cell in row.cells.items():
            if unshown := unshown_character(cell):
                what = f"{column} has a character that nobody can read: {unshown}."
                return self.error(row.line, what, "Take it out.")
        for column in NEEDED:
            if error := self._curie_error(row, column):
                return error
        if modifier := row.cells.get(MODIFIER):
            what = f"{MODIFIER} is {shortened(modifier)}: the row says what {row.cells['subject_id']} does not match."
            return self.error(row.line, what, "Take the row out: only matches are read, and a denied one is none.")
        if NOTHING in row.cells.values() or "0" in row.cells.get(CARDINALITY, ""):
            what = f"The row says that {shortened(row.cells['subject_id'])} and {shortened(row.cells['object_id'])} do not match."
            return self.error(row.line, what, "Take the row out: only matches are read.")
        if row.cells["predicate_id"] not in PREDICATES:
            what = f"{shortened(row.cells['predicate_id'])} is none of {', '.join(PREDICATES)}."
            return self.error(row.line, what, "Write one of them.")
        return self._subject_error(row, known, deprecated)

    def _subject_error(self, row: Row, known: Container[str], deprecated: Mapping[str, DeprecatedTerm]) -> KnowledgeError | None:
        if term := deprecated.get(row.subject):
            what = f"{shortened(row.cells['subject_id'])} is mapped, but deprecated."
            mend = f"Map {shorten(term.replaced_by)}, which replaces it." if term.replaced_by else "Take the row out."
            return self.error(row.line, what, mend, "deprecated-term")
        if row.subject not in known:
            return self.error(
                row.line,
                f"{shortened(row.cells['subject_id'])} is mapped, but does not exist.",
                "Mend the name of the subject; it is written with its prefix, as in finding:Name.",
                "mapping-of-nothing",
            )
        return None

    def _curie_error(self, row: Row, column: str) -> KnowledgeError | None:
        curie = row.cells[column]
        if not (_CURIE.fullmatch(curie) and curie.isprintable()):
            return self.error(row.line, f"{column} {shortened(curie)} is no CURIE.", "Write it like snomedct:386661006.")
        prefix = curie.partition(":")[0]
        if self.prefixes and prefix not in self.prefixes:
            what = f"The prefix {prefix!r} of {column} is not in the curie_map."
            return self.error(row.line, what, f"Add `#   {prefix}: …` below `# curie_map:`.")
        return None

    def line_of(self, text: str) -> int:
        """The line of the head that begins with a text."""
        lines = self.head.split("\n")
        return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(text)), 1)

    def error(self, line: int, what: str, mend: str, kind: str = "malformed-mapping") -> VocabularyError:
        """An error on a line of the table."""
        return VocabularyError(what, where=f"{self.path.name}:{line}", mend=mend, kind=kind, path=self.path, line=line)


def read_table(path: Path) -> MappingTable:
    """The table of a file. Never raises for what is written in it: `errors` tells, and validation tells more."""
    body = in_unix_form(read_file(path))
    text = body.decode("utf-8", errors="replace")
    unreadable = [] if text.encode() == body else [(_first_bad_line(body), "This is not UTF-8.")]
    if "\r" in text:
        at = text.count("\n", 0, text.index("\r")) + 1
        unreadable.append((at, "A carriage return stands here without a line feed."))
    lines = text.split("\n")  # other characters that end a line to Python do not end one to an editor, nor a row
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    first = numbered[0][0] if numbered else len(lines) + 1
    head = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[: first - 1])
    below = (number for number, line in enumerate(lines[first:], first + 1) if line.startswith("#"))
    unreadable += [(number, "A line with # stands below the names of the columns.") for number in below]
    metadata = _metadata(head, unreadable)
    prefixes = metadata.get("curie_map") or {}
    columns = tuple(numbered[0][1].split("\t")) if numbered else ()
    rows = []
    for number, line in numbered[1:]:
        found = line.split("\t")
        cells = dict(zip(columns, found, strict=False)) | dict.fromkeys(columns[len(found) :], "")
        code = same_code(cells.get("object_id", ""), prefixes)
        rows.append(Row(number, cells, expanded(cells.get("subject_id", ""), prefixes), len(found) != len(columns), code))
    return MappingTable(path, head, first if numbered else 1, columns, tuple(rows), metadata, prefixes, tuple(unreadable))


def _first_bad_line(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return body.count(b"\n", 0, error.start) + 1
    return 1


def _metadata(head: str, unreadable: list[tuple[int, str]]) -> dict[str, Any]:
    """The head as data, its curie_map with namespaces only; what is wrong with it is added to `unreadable`."""
    try:
        data = read_yaml(head.encode(errors="replace"), DOCUMENT).data or {}
    except CaseError as error:
        line = re.match(r"line ([0-9]+)", error.where)
        unreadable.append((int(line[1]) if line else 1, f"The head of the table is no YAML: {error.what}"))
        return {}
    if isinstance(data, str):  # words, of which validation says that they are no metadata
        return {}
    if not isinstance(data, dict) or not isinstance(data.get("curie_map") or {}, dict):
        unreadable.append((1, "The head of the table has no keys and values."))
        return {}
    prefixes = data.get("curie_map") or {}
    for prefix, namespace in prefixes.items():
        if not isinstance(namespace, str) or not _NAMESPACE.fullmatch(namespace):
            unreadable.append((1, f"The prefix {shortened(prefix)} of the curie_map stands for no namespace."))
    return {**data, "curie_map": {prefix: str(namespace) for prefix, namespace in prefixes.items()}}


def expanded(curie: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a term of ours, by the table's own prefixes where it has any; "" where the prefix is none of ours."""
    prefix, colon, name = curie.partition(":")
    if not colon:
        return ""
    return prefixes[prefix] + name if prefix in prefixes else expand(curie) if prefix in PREFIXES else ""


def same_code(code: str, prefixes: Mapping[str, str]) -> str:
    """A code of another system by what it means: the same for CURIE and IRI, for every prefix and spelling of the namespace.

    >>> prefixes = {"snomedct": "http://snomed.info/id/", "SCTID": "https://snomed.info/id"}
    >>> {same_code(code, prefixes) for code in ("snomedct:4", "SCTID:4", "http://snomed.info/id/4")}
    {'snomed.info/id/4'}
    """
    prefix, _, name = code.partition(":")
    if prefix in prefixes and not name.startswith("//"):
        namespace = prefixes[prefix]
        code = f"{namespace}/{name}" if namespace[-1:].isalnum() else namespace + name
    plain = re.sub(r"^https?://(www\.)?([^/:]*)(:80|:443)?", r"\2", unquote(code).lower())
    plain = re.sub("[#/|]+", "/", plain).rstrip("/")
    for namespace, others in ALIASES.items():
        other = next((other for other in others if plain.startswith(other)), None)
        if other is not None:
            return namespace + plain.removeprefix(other)
    return plain


class ExternalCodes(NamedTuple):
    """Codes of other systems as tables write them, in small letters (`snomedct:386661006`) → IRIs of what is mapped to them.

    `mapped`: by any match; `exact`: by exact ones; `narrower`: where the code is narrower; `systems`: prefix → namespace, where
    all tables agree on it; `rows`: all of them as they are written.
    """

    mapped: Mapping[str, tuple[str, ...]]
    exact: Mapping[str, tuple[str, ...]]
    narrower: Mapping[str, tuple[str, ...]]
    systems: Mapping[str, str]
    rows: tuple[CodeMapping, ...] = ()


def _meant(row: Row) -> tuple[str, ...]:
    """A term, and a code that it is exactly."""
    return (row.subject, row.code) if row.cells["predicate_id"] == EXACT else (row.subject,)


def _as_mapping(row: Row, table: MappingTable) -> CodeMapping:
    prefix, _, code = row.cells["object_id"].partition(":")
    return CodeMapping(
        subject=row.subject,
        relation=RELATIONS[row.cells["predicate_id"]],
        namespace=table.prefixes.get(prefix, ""),
        code=code,
        label=row.cells.get("object_label", ""),
        comment=row.cells.get("comment", ""),
        meaning=row.code,
    )


def mapped_codes(
    paths: Iterable[Path],
    known: frozenset[str] | set[str],
    unused: frozenset[str],
    deprecated: Mapping[str, DeprecatedTerm],
    problems: Problems,
) -> ExternalCodes:
    """What all SSSOM tables say together. Two spellings of one code are one code, and one spelling of two codes is both.

    `unused`: terms of the shared vocabulary that are left out. Its table gives way to what any other says of a term or a code.
    What is wrong with a table in other ways than that it cannot be used, validation says.
    """
    rows: list[Row] = []
    written: list[CodeMapping] = []
    systems: dict[str, str] = {}
    spoken_of = known | unused
    for path in sorted((path for path in paths if path.suffix == ".tsv"), key=is_shared):
        table = read_table(path)
        for error in table.errors(spoken_of, deprecated):
            problems.keep(error)
        if set(NEEDED) <= set(table.columns):
            said = {name for row in rows for name in _meant(row)} if is_shared(path) else set[str]()
            usable = (row for row in table.rows if row.subject in known and not row.cells.get(MODIFIER))
            kept = [row for row in usable if said.isdisjoint(_meant(row))]
            rows += kept
            written += [_as_mapping(row, table) for row in kept if row.cells["predicate_id"] in PREDICATES]
        for prefix, namespace in table.prefixes.items():
            if systems.setdefault(prefix, namespace) != namespace and not is_shared(path):
                what = (
                    f"The prefix {prefix} stands for {shortened(namespace)} here, and for {shortened(systems[prefix])} elsewhere."
                )
                problems.keep(table.error(table.line_of(f"{prefix}:"), what, "Give each system one prefix, in every table."))
    spelt: dict[str, dict[str, None]] = {}
    for row in rows:
        spelt.setdefault(row.cells["object_id"].lower(), {})[row.code] = None

    def of(kept: Callable[[Row], bool]) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for row in filter(kept, rows):
            found.setdefault(row.code, {})[row.subject] = None
        joined = {code: dict.fromkeys(iri for one in meant for iri in found.get(one, ())) for code, meant in spelt.items()}
        return {code: tuple(iris) for code, iris in joined.items() if iris}

    return ExternalCodes(
        mapped=of(lambda _: True),
        exact=of(lambda row: row.cells["predicate_id"] == EXACT),
        narrower=of(lambda row: row.cells["predicate_id"] == NARROW),
        systems=systems,
        rows=tuple(written),
    )
