"""Pages for people, made of the templates beside this module. None loads anything from another host."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from spinegraph.engine.templates import make_environment

_ENVIRONMENT = make_environment("spinegraph.api.http")


def render_page(name: str, *, root: str = "./", **values: Any) -> str:
    """The page that a template makes of some values.

    `root` leads from where the page is served to the root of the service, so that links hold below any prefix of a proxy;
    templates write `to("/path")`.
    """

    def to(path: str) -> str:
        return (root or "./") + path.removeprefix("/") if path.startswith("/") else path

    return _ENVIRONMENT.get_template(name).render(values, root=root, to=to)


def part(name: str) -> str:
    """A script or a style sheet, as it is: what a page may run is named by its digest."""
    return (files("spinegraph.api.http.templates") / name).read_text(encoding="utf-8")
