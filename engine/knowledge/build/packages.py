"""Packages beside each other: each has a name and a namespace of its own, and rests on what it says that it requires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import KnowledgeError, VocabularyError
from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.files import GENERATED, is_schema, manifests, package_folder, package_names
from spinegraph.engine.knowledge.manifest import MANIFEST, Manifest, fits, read_manifest, requirement_line
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand, shorten

BELOW = frozenset(map(expand, (*BUILDERS, "sh:NodeShape", "sh:PropertyShape", "core:Passage")))
"""What of a package stands below its namespace: rules, shapes and passages."""
RULE = expand("sh:rule")


class Package(NamedTuple):
    """A folder of knowledge files; `manifest` is None where it has none that can be read."""

    name: str
    folder: Path
    manifest: Manifest | None = None

    @property
    def path(self) -> Path:
        return self.folder / MANIFEST


def packages_of(graph_paths: tuple[Path, ...]) -> tuple[dict[Path, Package], list[KnowledgeError]]:
    """The packages of files, by folder, and why the manifest of one cannot be read."""
    names = package_names(graph_paths)
    folders = {folder: names[path] for path in graph_paths if (folder := package_folder(path)) is not None}
    errors: list[KnowledgeError] = []
    read: dict[Path, Manifest] = {}
    for folder, path in manifests(graph_paths).items():
        try:
            read[folder] = read_manifest(path)
        except KnowledgeError as error:
            errors.append(error)
        except (OSError, UnicodeDecodeError) as error:
            what, mend = f"The manifest cannot be read: {error}.", "Save it as UTF-8 and check its permissions."
            errors.append(KnowledgeError(what, where=path.name, mend=mend, kind="bad-manifest", path=path))
    return {folder: Package(name, folder, read.get(folder)) for folder, name in folders.items()}, errors


def versions_of(graph_paths: tuple[Path, ...]) -> dict[str, str]:
    """The versions that the manifests of packages give, by name of the package."""
    found, _ = packages_of(graph_paths)
    return {package.name: package.manifest.version for package in found.values() if package.manifest is not None}


def check_packages(graph: Graph, problems: Problems) -> None:
    """Note what is wrong between packages: their names, their namespaces, what they require, and whose terms they use."""
    found, errors = packages_of(graph.paths)
    for error in errors:
        problems.keep(error)
    declared = [package for package in found.values() if package.manifest is not None]
    if not declared:
        return
    for error in (*_same_names(found), *_namespaces(declared), *_unmet(found, declared), *_circles(declared)):
        problems.keep(error)
    _Names(graph, found, declared).check(problems)


def _error(package: Package, line: int, what: str, mend: str, kind: str) -> VocabularyError:
    where = f"{package.folder.name}/{MANIFEST}" + (f":{line}" if line else "")
    return VocabularyError(what, where=where, mend=mend, kind=kind, path=package.path, line=line)


def _same_names(found: Mapping[Path, Package]) -> Iterator[KnowledgeError]:
    first: dict[str, Package] = {}
    for package in found.values():
        called = package.manifest.name if package.manifest else package.folder.name
        other = first.setdefault(called, package)
        if other is not package and (package.manifest or other.manifest):
            at = package if package.manifest else other
            beside = other if at is package else package
            what = f"Two packages are called {called}: this one and {beside.folder.name}."
            yield _error(at, requirement_line(at.path, "name"), what, "Give one of them another name.", "bad-manifest")


def _namespaces(declared: list[Package]) -> Iterator[KnowledgeError]:
    """Namespaces in which those of another package, or of the schema, lie, or the other way round."""
    spaces = {f"the prefix {prefix}:": space for prefix, space in PREFIXES.items()}
    for package in declared:
        own = _namespace(package)
        for holder, space in spaces.items():
            if own.startswith(space) or space.startswith(own):
                what = f"The namespace {own} overlaps that of {holder}, {space}."
                mend = "Choose one that lies in no other, and has no other in it."
                yield _error(package, requirement_line(package.path, "namespace"), what, mend, "bad-manifest")
        spaces[f"the package {package.name}"] = own


def _namespace(package: Package) -> str:
    return package.manifest.namespace if package.manifest else ""


def _unmet(found: Mapping[Path, Package], declared: list[Package]) -> Iterator[KnowledgeError]:
    by_name = {package.name: package for package in found.values()}
    for package in declared:
        for name, versions in _requires(package).items():
            other = by_name.get(name)
            line = requirement_line(package.path, name)
            if other is None:
                what, mend = (
                    f"{package.name} requires {name}, which is not loaded.",
                    f"Name {name}, or its folder, too.",
                )
                yield _error(package, line, what, mend, "unmet-requirement")
                continue
            version = other.manifest.version if other.manifest else ""
            if not fits(version, versions):
                has = f"version {version}" if version else "no manifest and no version"
                what = f"{package.name} requires {name} {versions}; what is loaded has {has}."
                mend = f"Load another version of {name}, or mend the versions that fit."
                yield _error(package, line, what, mend, "unmet-requirement")


def _requires(package: Package) -> Mapping[str, str]:
    return package.manifest.requires if package.manifest else {}


def _circles(declared: list[Package]) -> Iterator[KnowledgeError]:
    """Packages that require each other, each circle once, where its first package names the next."""
    by_name = {package.name: package for package in declared}
    seen: set[str] = set()
    for start in sorted(by_name):
        path = _way_back(by_name, start) if start not in seen else ()
        seen.update(path)
        if path:
            package, following = by_name[path[0]], path[1] if len(path) > 1 else path[0]
            what = f"Packages require each other: {' requires '.join((*path, path[0]))}."
            mend = "Take one of the requirements out; what both need belongs into a package of its own."
            yield _error(package, requirement_line(package.path, following), what, mend, "unmet-requirement")


def _way_back(by_name: Mapping[str, Package], start: str) -> tuple[str, ...]:
    """The shortest way from a package over what is required to itself, without its end; () where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    met: set[str] = set()
    for way in ways:
        for name in _requires(by_name[way[-1]]):
            if name == start:
                return way
            if name in by_name and name not in met:
                met.add(name)
                ways.append((*way, name))
    return ()


def _all_required(package: Package, found: Mapping[Path, Package]) -> frozenset[str]:
    """The names of a package, of what it requires, and of what that requires."""
    by_name = {other.name: other for other in found.values()}
    names = dict.fromkeys((package.name,))
    waiting = [package]
    while waiting:
        for name in _requires(waiting.pop()):
            if name not in names:
                names[name] = None
                waiting += [by_name[name]] if name in by_name else []
    return frozenset(names)


class _Names:
    """Whose the names are that packages with a manifest describe and use."""

    def __init__(self, graph: Graph, found: Mapping[Path, Package], declared: list[Package]) -> None:
        self._graph = graph
        self._schema = {path for path in graph.paths if is_schema(path)}
        holding = {path: package_folder(path) for path in graph.paths if path not in self._schema and path.name != GENERATED}
        self._package_of = {path: found[folder] for path, folder in holding.items() if folder is not None}
        self._required = {package.name: _all_required(package, found) for package in declared}

    def check(self, problems: Problems) -> None:
        """Note what is not named as its package has it, and what is used of a package that is not required."""
        for subject in self._graph.all_subjects():
            packages = self._packages(subject)
            if len(packages) == 1 and (package := packages[0]).name in self._required:
                self._check_name(problems, subject, package)
                self._check_used(problems, subject, package)

    def _packages(self, iri: str) -> list[Package]:
        """The packages that describe a thing; none where the schema does."""
        paths = self._graph.files_of(iri)
        if not self._schema.isdisjoint(paths):
            return []
        known = {package.name: package for path in paths if (package := self._package_of.get(path))}
        return list(known.values())

    def _check_name(self, problems: Problems, subject: str, package: Package) -> None:
        own = _namespace(package)
        types = BELOW.intersection(self._graph.iris(subject, "rdf:type"))
        if types and not subject.startswith(("_:", own)) and not self._graph.terms(subject, "sh:rule"):
            what = f"{shorten(subject)} does not lie below the namespace of its package, {own}."
            mend = f"Name it {own}…; rules, shapes and passages of a package are its own."
            problems.report(VocabularyError, what, mend, "outside-namespace", subject, own=own)

    def _check_used(self, problems: Problems, subject: str, package: Package) -> None:
        required = self._required[package.name]
        for predicate, values in self._graph.predicates(subject).items():
            for value in (value for value in values if isinstance(value, str) and not value.startswith("_:")):
                holders = {other.name for other in self._packages(value)}
                if holders and not holders & required and predicate != RULE:
                    other = min(holders)
                    what = f"{package.name} uses {shorten(value)} of the package {other}, which it does not require."
                    mend = f'Add {other} = "" below [requires], with the versions that fit, or use a term of its own.'
                    problems.report(VocabularyError, what, mend, "unmet-requirement", subject, shorten(predicate), value)
