"""`spinegraph package`: build the archive of a guideline package, list packages, check one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import structs
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.archive import ARCHIVE, build, package_digest, unpacked
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.build.packages import packages_of
from spinegraph.engine.knowledge.files import named_paths, shipped_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.knowledge.manifest import MANIFEST, manifest_path, read_manifest
from spinegraph.engine.model import Frozen, Knowledge, Recommendation

package_app = typer.Typer(help="Guideline packages: build an archive, list what there is, check one.", no_args_is_help=True)


class ListedPackage(Frozen, frozen=True, kw_only=True):
    """A package that is loaded, or that comes with the tool; of one that is not loaded the counts are not known (-1)."""

    name: str
    version: str = ""
    title: str = ""
    namespace: str = ""
    requires: tuple[str, ...] = ()
    shipped: bool = False
    loaded: bool = False
    rules: int = -1
    recommendations: int = -1
    concepts: int = -1


@package_app.callback()
def _package() -> None:
    """Without a callback a single command would take the place of the group."""


@package_app.command("build")
def build_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=f"Folder of the package, with its {MANIFEST}.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; default NAME-VERSION.zip here.")
    ] = None,
) -> None:
    """Write the archive of a package: the same bytes for the same content, and print its digest."""
    manifest, archive = build(folder)
    target = output or Path(f"{manifest.name}-{manifest.version}{ARCHIVE}")
    target.write_bytes(archive)
    typer.echo(f"{target}  {len(archive):,} bytes  {package_digest(folder)}")


@package_app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="As data.")] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """List the packages that are loaded, and those that come with the tool, with versions and counts."""
    listed = list_packages(named_paths(*knowledge) if knowledge else shipped_paths())
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(listed)).decode())
        return
    for one in listed:
        counts = (
            f"{one.recommendations} recommendations, {one.rules} rules, {one.concepts} concepts" if one.loaded else "not loaded"
        )
        where = "shipped" if one.shipped else "named"
        typer.echo(f"{one.name}  {one.version or 'no version'}  {where}  {counts}" + (f"  {one.title}" if one.title else ""))


def list_packages(paths: tuple[Path, ...]) -> tuple[ListedPackage, ...]:
    """The packages of files, by name, and after them those that come with the tool and are not loaded. Raises KnowledgeError."""
    known, shipped = load_knowledge(paths), shipped_packages()
    found, _ = packages_of(paths)
    stating = set(known.package_of.values())
    loaded = sorted((package for package in found.values() if package.name in stating), key=lambda package: package.name)
    listed = [
        structs.replace(
            _listed(package.name, package.folder, package.name in shipped), loaded=True, **_counts(known, package.name)
        )
        for package in loaded
    ]
    further = (name for name in shipped if name not in stating)
    return (*listed, *(_listed(name, shipped[name][0], True) for name in further))


def _listed(name: str, folder: Path, shipped: bool) -> ListedPackage:
    path = manifest_path(folder)
    if not path.is_file():
        return ListedPackage(name=name, shipped=shipped)
    manifest = read_manifest(path)
    return ListedPackage(
        name=name,
        version=manifest.version,
        title=manifest.title,
        namespace=manifest.namespace,
        requires=tuple(f"{required} {versions}".strip() for required, versions in manifest.requires.items()),
        shipped=shipped,
    )


def _counts(known: Knowledge, package: str) -> dict[str, int]:
    def own(things: Iterable[str]) -> int:
        return sum(known.package_of.get(iri) == package for iri in things)

    advice = (iri for iri, rule in known.rules.items() if isinstance(rule, Recommendation))
    concepts = (*known.findings, *known.conditions, *known.interventions, *known.measurements)
    return {"rules": own(known.rules), "recommendations": own(advice), "concepts": own(concepts)}


@package_app.command("check")
def check_command(
    package: Annotated[Path, typer.Argument(metavar="DIR|ZIP", help="Folder or archive of a package.")],
    knowledge: KnowledgeOption = None,
) -> None:
    """Check a package: its digests, its manifest, and all that `validate` calls an error. --knowledge names what it requires."""
    from spinegraph.engine.validation.admission import open_knowledge

    folder = unpacked(package) if package.suffix == ARCHIVE and package.is_file() else package
    if not folder.is_dir():
        raise KnowledgeError(f"{package} is no folder and no archive.", mend=f"Name the folder with {MANIFEST}, or a {ARCHIVE}.")
    digest = package_digest(folder)
    manifest = read_manifest(manifest_path(folder))
    known = open_knowledge((folder, *(knowledge or ())))
    counts = _counts(known, manifest.name)
    typer.echo(
        f"{manifest.name} {manifest.version} is sound: {counts['recommendations']} recommendations, {counts['rules']} rules."
    )
    typer.echo(digest)
