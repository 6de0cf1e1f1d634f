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
      said.textContent = [problem.title, problem.where, problem.detail, problem.mend].filter(Boolean).join('\n');
      if (problem.line) {
        const lines = query.split('\n').slice(0, problem.line - 1);
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
