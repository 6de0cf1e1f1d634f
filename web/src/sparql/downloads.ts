// The answer as a file, asked anew in the form that is wanted.
import { say } from '../texts';
import { ask } from './endpoint';

type Forms = Record<string, [accept: string, ending: string]>;
const TABLES: Forms = {
  CSV: ['text/csv', 'csv'],
  TSV: ['text/tab-separated-values', 'tsv'],
  JSON: ['application/sparql-results+json', 'srj'],
  XML: ['application/sparql-results+xml', 'srx'],
};
const GRAPHS: Forms = {
  Turtle: ['text/turtle', 'ttl'],
  'N-Triples': ['application/n-triples', 'nt'],
  'JSON-LD': ['application/ld+json', 'jsonld'],
  'RDF/XML': ['application/rdf+xml', 'rdf'],
};

/** A choice of forms and a button; which forms there are depends on the query. */
export function drawDownloads(place: HTMLElement, query: () => string, kind: () => string): void {
  const choice = Object.assign(document.createElement('select'), { id: 'form' });
  const label = Object.assign(document.createElement('label'), { htmlFor: 'form', textContent: say('sparql.form') });
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: say('sparql.download') });
  const fill = () => {
    const names = Object.keys(formsOf(kind()));
    if ([...choice.options].map((one) => one.value).join() !== names.join()) choice.replaceChildren(...names.map((name) => new Option(name)));
  };
  fill();
  choice.addEventListener('focus', fill);
  button.addEventListener('click', () => {
    fill();
    void save(query(), formsOf(kind())[choice.value]);
  });
  place.append(label, ' ', choice, ' ', button);
}

function formsOf(kind: string): Forms {
  return kind === 'CONSTRUCT' || kind === 'DESCRIBE' ? GRAPHS : TABLES;
}

async function save(query: string, form: [string, string] | undefined): Promise<void> {
  if (!form) return;
  const [accept, ending] = form;
  const reply = await ask(query, accept);
  const said = document.getElementById('said') as HTMLElement;
  if (!reply.ok) {
    said.textContent = ((await reply.json()) as { detail: string }).detail;
    return;
  }
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(await reply.blob()), download: `answer.${ending}` });
  link.click();
  URL.revokeObjectURL(link.href);
  said.textContent = say('sparql.saved', { name: link.download });
}
