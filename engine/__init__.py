"""Spinegraph's engine: guideline knowledge in, explained decisions out. Everything public is named here.

from spinegraph.engine import Engine, load_knowledge, make_codebook, make_case

engine = Engine(load_knowledge())
case = make_case({"present": ["back_pain", "fever"]}, make_codebook(engine.knowledge))
decision = engine.decide(case)
"""

from spinegraph.engine.decide.case import make_case
from spinegraph.engine.decide.case_file import CaseFile, make_case_file, read_case_file
from spinegraph.engine.decide.case_text import MAX_BYTES, parse_json, parse_turtle, parse_yaml
from spinegraph.engine.decide.codebook import Codebook, make_codebook
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.disclaimer import DISCLAIMER, disclaimer_of
from spinegraph.engine.errors import (
    CaseError,
    CaseTooLargeError,
    CriterionError,
    IncoherentOntologyError,
    KnowledgeError,
    MalformedCaseError,
    MeasurementError,
    PopulationError,
    ProvenanceError,
    ReasonerError,
    RuleCycleError,
    SpinegraphError,
    TurtleSyntaxError,
    UnknownCodeError,
    VocabularyError,
)
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths, shipped_paths
from spinegraph.engine.model import Case, Decision, Knowledge, Proof, Question, Recommendation
from spinegraph.engine.population.patients import decide_patients

__all__ = [
    "DISCLAIMER",
    "MAX_BYTES",
    "Case",
    "CaseError",
    "CaseFile",
    "CaseTooLargeError",
    "Codebook",
    "CriterionError",
    "Decision",
    "Engine",
    "IncoherentOntologyError",
    "Knowledge",
    "KnowledgeError",
    "MalformedCaseError",
    "MeasurementError",
    "PopulationError",
    "Proof",
    "ProvenanceError",
    "Question",
    "ReasonerError",
    "Recommendation",
    "RuleCycleError",
    "SpinegraphError",
    "TurtleSyntaxError",
    "UnknownCodeError",
    "VocabularyError",
    "decide_patients",
    "disclaimer_of",
    "knowledge_paths",
    "load_knowledge",
    "make_case",
    "make_case_file",
    "make_codebook",
    "parse_json",
    "parse_turtle",
    "parse_yaml",
    "read_case_file",
    "shipped_paths",
]
