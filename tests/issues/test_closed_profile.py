"""What a file said and the engine did not know was ignored: a deactivated rule fired, a denied mapping counted as a match."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import KnowledgeError, load_knowledge
from spinegraph.engine.knowledge.build.mapping_table import COLUMNS, HEAD

from tests.knowledge.given import load
from tests.small import TEXTS, Edit, write_small

TABLE = "ontology/mappings.sssom.tsv"
UNKNOWN = {
    "a deactivated rule": "rule:gargle sh:deactivated true .",
    "a rule that is switched on": "rule:gargle sh:deactivated false .",
    "a deprecated rule": "rule:gargle owl:deprecated true .",
    "a deactivated list of rules": "shape:RulesOfOrder30 sh:deactivated true .",
    "a deactivated finding": "finding:Fever sh:deactivated true .",
    "a deprecated passage": "passage:900-L001a owl:deprecated true .",
    "a deactivated criterion": "shape:Infant sh:deactivated true .",
    "a severity of a criterion": "shape:Infant sh:severity sh:Warning .",
    "a target of a rule": "rule:gargle sh:targetClass core:Case .",
    "a construct of a rule": 'rule:gargle sh:construct "CONSTRUCT {} WHERE {}" .',
    "an urgency of an assessment": "rule:deep-neck-infection-from-signs core:urgency core:emergency .",
    "an override by a gap": "rule:nodes-alone core:overrides rule:gargle .",
    "a gap of a recommendation": "rule:gargle core:leavesOpen rule:give-penicillin .",
    "a deprecated class": "finding:Fever a owl:DeprecatedClass .",
    "a rule that was replaced": "rule:gargle dcterms:isReplacedBy rule:give-penicillin .",
    "another target of a list of rules": "shape:RulesOfOrder30 sh:targetNode <urn:x> .",
    "another type of a rule": "rule:gargle a sh:SPARQLRule .",
    "an entailment of a list of rules": "shape:RulesOfOrder30 sh:entailment <urn:x> .",
}


@pytest.mark.parametrize("statement", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_refused_by_name(statement: str, tmp_path: Path) -> None:
    property_ = statement.removesuffix(" .").split()[2 if "owl:DeprecatedClass" in statement else 1]
    with pytest.raises(KnowledgeError, match=property_) as refused:
        load(tmp_path, more=statement)
    assert "more.ttl:2" in refused.value.where
    assert refused.value.kind == "outside-profile"


def test_annotations_are_no_statements_of_a_rule(tmp_path: Path) -> None:
    load(tmp_path, more='rule:gargle rdfs:comment "Old."@en ; dcterms:creator "A." ; rdfs:seeAlso <urn:x> ; skos:note "b"@en .')


# Mapping tables ------------------------------------------------------------------------------


def _table(folder: Path, text: str) -> None:
    paths = write_small(folder)
    (folder / TABLE).write_bytes(text.encode())
    load_knowledge(paths)


ROW = "finding:SoreThroat\tskos:exactMatch\tsnomedct:1"
FINDING = "https://w3id.org/spinegraph/finding/"
NEEDED = "subject_id\tpredicate_id\tobject_id"


@pytest.mark.parametrize("word", ["Not", "not", "NOT", "sssom:Not", "x"])
def test_a_denied_match_is_none(word: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=f"predicate_modifier is '{word}'") as refused:
        _table(tmp_path, f"{NEEDED}\tpredicate_modifier\n{ROW}\t\nfinding:Fever\tskos:exactMatch\tsnomedct:2\t{word}\n")
    assert refused.value.where.endswith(":3")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"{NEEDED}\tpolarity\n{ROW}\tnegative\n", "'polarity' is no column that SSSOM has"),
        (f"{NEEDED}\tPredicate_Modifier\n{ROW}\tNot\n", "'Predicate_Modifier' is no column"),
        (f"{NEEDED}\tobject_id\n{ROW}\tsnomedct:9\n", "'object_id' stands twice"),
        (f"{NEEDED} \n{ROW}\n", "there is no 'object_id'"),
        (f"#predicate_modifier: Not\n{NEEDED}\n{ROW}\n", "The head of the table has 'predicate_modifier'"),
        (f"#curie_map: {{\n{NEEDED}\n{ROW}\n", "is no YAML"),
        (f"#curie_map: [snomedct]\n{NEEDED}\n{ROW}\n", "has no keys and values"),
        (f"#curie_map: {{snomedct: 4}}\n{NEEDED}\n{ROW}\n", "'snomedct' of the curie_map stands for no namespace"),
        (
            f"#curie_map: {{finding: '{FINDING}', skos: 'x:y'}}\n{NEEDED}\n{ROW}\n",
            "'snomedct' of object_id",
        ),
        (f"{NEEDED}\nfinding:SoreThroat\tskos:exactmatch\tsnomedct:1\n", "'skos:exactmatch' is none of"),
        (f"{NEEDED}\nfinding:SoreThroat\towl:differentFrom\tsnomedct:1\n", "'owl:differentFrom' is none of"),
        (f"{NEEDED}\nfinding:SoreThroat\tskos:exactMatch\t\n", "object_id '' is no CURIE"),
        (
            f"{NEEDED}\nfinding:SoreThroat\tskos:exactMatch\tsnomedct:1|snomedct:2\n",
            "object_id 'snomedct:1|snomedct:2' is no CURIE",
        ),
        (f"{NEEDED}\n{ROW}\u200b\n", "is no CURIE"),
        (f"{NEEDED}\tmapping_cardinality\n{ROW}\t1:0\n", "'finding:SoreThroat' and 'snomedct:1' do not match"),
        (f"{NEEDED}\nfinding:SoreThroat\tskos:exactMatch\tsssom:NoTermFound\n", "'sssom:NoTermFound' do not match"),
        (f"#comment: a\u2028b\n{NEEDED}\n{ROW}\n", r"U\+2028 ends a line to some readers"),
        (f"{NEEDED}\n{ROW}\n".replace("\n", "\r"), "A carriage return stands here without a line feed"),
        (f"{NEEDED}\n{ROW}\tmore\n", "another number of cells"),
    ],
)
def test_what_a_table_says_and_sssom_does_not_have_is_refused(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=what):
        _table(tmp_path, text)


def test_a_row_that_is_commented_out_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="A line with # stands below the names of the columns") as refused:
        _table(tmp_path, f"# license: x:y\n\n{NEEDED}\n#{ROW}\n")
    assert refused.value.where.endswith(":4")


def test_a_table_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    paths = write_small(tmp_path)
    (tmp_path / TABLE).write_bytes(f"{NEEDED}\n{ROW}".encode() + b"\xe9\n")
    with pytest.raises(KnowledgeError, match="This is not UTF-8") as refused:
        load_knowledge(paths)
    assert refused.value.where.endswith(":2")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u00a0"])
def test_only_ends_of_lines_end_a_row(separator: str, tmp_path: Path) -> None:
    text = f"{NEEDED}\tcomment\n{ROW}\ta{separator}b\nfinding:Nobody\tskos:exactMatch\tsnomedct:2\t\n"
    with pytest.raises(KnowledgeError, match="finding:Nobody") as refused:
        _table(tmp_path, text)
    assert refused.value.where.endswith(":3")


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85"])
def test_a_control_character_in_a_cell_is_named(separator: str, tmp_path: Path) -> None:
    with pytest.raises(
        KnowledgeError, match=rf"comment has a character that nobody can read: U\+{ord(separator):04X}"
    ) as refused:
        _table(tmp_path, f"{NEEDED}\tcomment\n{ROW}\ta{separator}b\n")
    assert refused.value.where.endswith(":2")


def test_a_table_with_windows_ends_of_lines_is_the_same(tmp_path: Path) -> None:
    text = TEXTS[TABLE]
    paths = write_small(tmp_path)
    first = load_knowledge(paths)
    (tmp_path / TABLE).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    again = load_knowledge(paths)
    assert again == first


def test_every_column_of_sssom_is_taken(tmp_path: Path) -> None:
    others = sorted(COLUMNS - {*NEEDED.split("\t"), "predicate_modifier"})
    head = "".join(f"# {key}: x\n" for key in sorted(HEAD - {"curie_map"}))
    _table(tmp_path, head + "\t".join([NEEDED, *others]) + f"\n{ROW}" + "\t" * len(others) + "\n")


def test_an_edit_of_a_rule_names_what_was_meant(tmp_path: Path) -> None:
    edit = Edit(
        "shapes/rules/sore-throat.ttl",
        "core:scope shape:SoreThroat ; core:source source:gargling",
        "core:scop shape:SoreThroat ; core:source source:gargling",
    )
    with pytest.raises(KnowledgeError, match=r"core:scop, which no Recommendation has here; did you mean core:scope\?"):
        load(tmp_path, edit)
