"""The page that `/sparql` shows to people: a form, and the answer below it. Nothing comes from another host."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } label { font-weight: 600 }
textarea { box-sizing: border-box; width: 100%; height: 18rem; padding: .75rem;
  font: .9rem/1.45 ui-monospace, monospace; tab-size: 2 }
button, select { font: inherit; padding: .3rem .9rem; margin-right: .5rem; max-width: 100% }
#said { margin: 1rem 0; min-height: 1.5rem } #said.wrong { color: #b3261e; white-space: pre-wrap }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .9rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884 }
pre { overflow-x: auto; font-size: .85rem } .small { font-size: .9rem }
@media (prefers-color-scheme: dark) { #said.wrong { color: #f2b8b5 } }
"""

EXAMPLE = """PREFIX core: <https://w3id.org/spinegraph/core/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?rule ?label ?passage WHERE {
  ?rule a core:Recommendation ;
    rdfs:label ?label ;
    core:direction core:against ;
    prov:wasDerivedFrom ?passage .
}
ORDER BY ?rule
LIMIT 50"""

SCRIPT = """
const form = document.querySelector('form'), said = document.getElementById('said'), out = document.getElementById('out');
const make = (name, text) => {
  const node = document.createElement(name); if (text !== undefined) node.textContent = text; return node;
};
const show = term => {
  if (!term) return make('span', '');
  if (term.type === 'bnode') return make('span', '_:' + term.value);
  if (term.type !== 'uri' || !/^https?:/.test(term.value)) return make('span', term.value);
  const link = make('a', term.value), ours = 'https://w3id.org/spinegraph/';  // this server tells about its own IRIs
  link.href = term.value.startsWith(ours) ? new URL('/' + term.value.slice(ours.length), location) : term.value;
  return link;
};
const table = answer => {
  const grid = make('table'), head = grid.createTHead().insertRow(), body = grid.createTBody();
  for (const name of answer.head.vars) head.append(make('th', name));
  for (const row of answer.results.bindings) {
    const line = body.insertRow();
    for (const name of answer.head.vars) line.insertCell().append(show(row[name]));
  }
  return grid;
};
form.addEventListener('submit', async event => {
  event.preventDefault(); out.replaceChildren(); said.className = ''; said.textContent = 'Asking…';
  const start = performance.now(), query = form.elements.query.value;
  const accept = 'application/sparql-results+json, text/turtle;q=0.9';
  try {
    const reply = await fetch(location.pathname, {method: 'POST', body: query,
      headers: {'Content-Type': 'application/sparql-query', Accept: accept}});
    const type = reply.headers.get('Content-Type') || '';
    if (!reply.ok) {
      const problem = await reply.json(); said.className = 'wrong';
      said.textContent = [problem.title, problem.where, problem.detail, problem.mend].filter(Boolean).join('\\n');
      if (problem.line) {
        const lines = query.split('\\n').slice(0, problem.line - 1);
        const at = lines.reduce((sum, line) => sum + line.length + 1, problem.column - 1);
        form.elements.query.focus(); form.elements.query.setSelectionRange(at, at + 1);
      }
      return;
    }
    const took = ' in ' + Math.round(performance.now() - start) + ' ms';
    if (type.includes('json')) {
      const answer = await reply.json();
      if ('boolean' in answer) { said.textContent = (answer.boolean ? 'Yes' : 'No') + took; return; }
      said.textContent = answer.results.bindings.length + ' rows' + took; out.append(table(answer));
    } else { said.textContent = 'A graph' + took; out.append(make('pre', await reply.text())); }
    history.replaceState(null, '', '#query=' + encodeURIComponent(query));
  } catch (error) { said.className = 'wrong'; said.textContent = 'The service did not answer: ' + error.message; }
});
const asked = document.getElementById('asked');
asked.addEventListener('change', () => { if (asked.value) form.elements.query.value = asked.value; });
fetch('/v1/queries').then(async reply => {  // where these are not served, or not reached, there is nothing to choose
  if (!reply.ok) return;
  const known = (await reply.json()).queries.filter(question => !question.case);
  asked.append(new Option('one of your own', ''), ...known.map(question => new Option(question.title, question.text)));
  asked.parentElement.hidden = known.length === 0;
}, () => {});
const linked = /^#query=(.*)/.exec(location.hash);
if (linked) form.elements.query.value = decodeURIComponent(linked[1]);
form.elements.query.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
"""

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Spinegraph: SPARQL</title><style>{STYLE}</style></head>
<body><h1>Ask the knowledge graph</h1>
<form action="" method="get">
<p hidden><label for="asked">Question</label> <select id="asked"></select></p>
<label for="query">SPARQL 1.1 query</label>
<textarea id="query" name="query" spellcheck="false" required>
{EXAMPLE.replace("&", "&amp;").replace("<", "&lt;")}</textarea>
<p><button>Ask</button>
<span class="small">or Ctrl+Enter. Read only; one named graph per file, all of them together by default.
<a href="/docs">The interface</a>, <a href="/v1/queries">the questions</a>.</span></p>
</form>
<div id="said" role="status"></div><div id="out" class="wide"></div>
<script>{SCRIPT}</script></body></html>
"""


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE_POLICY = (
    f"default-src 'none'; script-src {_source(SCRIPT)}; style-src {_source(STYLE)}; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What the page may do: run its own script and ask its own service."""
