"""Jinja environments of packages that hold templates: every page and text that is made from one is made alike.

The templates beside this module are parts that pages of several packages have in common.
"""

from __future__ import annotations

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape


def make_environment(package: str) -> Environment:
    """The templates in the folder `templates` of a package, and the parts in common.

    HTML is escaped, and a name that is not given is an error.
    """
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("spinegraph.engine", "templates")]),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
