"""The page that `/sparql` shows to people: a form, and the answer below it. Nothing comes from another host."""

from __future__ import annotations

import base64
import hashlib

from spinegraph.api.http.pages import part, render_page

SCRIPT, STYLE = part("sparql.js"), part("sparql.css")
PAGE = render_page("sparql.html.j2", script=SCRIPT, style=STYLE)


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE_POLICY = (
    f"default-src 'none'; script-src {_source(SCRIPT)}; style-src {_source(STYLE)}; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What the page may do: run its own script and ask its own service."""
