// The first view of an answer: a table that can be read aloud, with CURIEs, and the labels of what they name.
import { say } from '../texts';
import { type Row, select, type Term } from './endpoint';

interface Answered {
  results?: { getVariables(): string[]; getBindings(): Row[] | null };
  resultsEl: HTMLElement;
  getPrefixes(): Record<string, string>;
}

const PAGE = 200;
const MOST_LABELS = 1000;

/** A view for YASGUI. */
export class LabelledTable {
  priority = 100;
  label = say('sparql.table');
  constructor(private yasr: Answered) {}

  canHandleResults(): boolean {
    return Boolean(this.yasr.results?.getVariables()?.length && this.yasr.results.getBindings());
  }

  getIcon(): undefined {
    return undefined;
  }

  async draw(): Promise<void> {
    const names = this.yasr.results?.getVariables() ?? [];
    const rows = this.yasr.results?.getBindings() ?? [];
    const grid = document.createElement('table');
    grid.className = 'labelled';
    grid.createCaption().textContent = say('sparql.rows', { count: rows.length });
    const head = grid.createTHead().insertRow();
    for (const name of names) head.append(Object.assign(document.createElement('th'), { scope: 'col', textContent: name }));
    const body = grid.createTBody();
    const wide = document.createElement('div');
    wide.className = 'wide';
    wide.tabIndex = 0;
    wide.setAttribute('role', 'region');
    wide.setAttribute('aria-label', say('sparql.table'));
    wide.append(grid);
    this.yasr.resultsEl.append(wide);
    this.more(body, wide, names, rows);
  }

  /** The next rows, and a button for the rest. */
  private more(body: HTMLTableSectionElement, wide: HTMLElement, names: string[], rows: Row[]): void {
    const shown = rows.slice(body.rows.length, body.rows.length + PAGE);
    for (const row of shown) {
      const line = body.insertRow();
      for (const name of names) line.insertCell().append(this.show(row[name]));
    }
    void drawLabels(wide, `<${this.yasr.getPrefixes().rdfs}label>`);
    const rest = rows.length - body.rows.length;
    if (rest <= 0) return;
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: say('sparql.more', { count: rest }) });
    button.addEventListener('click', () => {
      button.remove();
      this.more(body, wide, names, rows);
    });
    wide.after(button);
  }

  private show(term: Term | undefined): Node {
    if (!term) return document.createTextNode('');
    if (term.type === 'bnode') return document.createTextNode(`_:${term.value}`);
    const language = term['xml:lang'];
    if (term.type !== 'uri') {
      const text = Object.assign(document.createElement('span'), { textContent: term.value });
      if (language) text.lang = language.split('-x-')[0] ?? '';
      return text;
    }
    if (!/^https?:/.test(term.value)) return document.createTextNode(term.value);
    const link = Object.assign(document.createElement('a'), { textContent: curie(term.value, this.yasr.getPrefixes()) });
    const ours = (this.yasr.getPrefixes().core ?? '').replace(/core\/$/, ''); // this service tells about its own IRIs
    link.href = ours && term.value.startsWith(ours) ? `./${term.value.slice(ours.length)}` : term.value;
    link.dataset.iri = term.value;
    return link;
  }
}

function curie(iri: string, prefixes: Record<string, string>): string {
  const found = Object.entries(prefixes).find(([, namespace]) => iri.startsWith(namespace) && !iri.slice(namespace.length).includes('/'));
  return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
}

/** Write the English label below each of our IRIs that has one. */
async function drawLabels(wide: HTMLElement, property: string): Promise<void> {
  const links = [...wide.querySelectorAll<HTMLElement>('a[data-iri]:not([data-labelled])')];
  const iris = [...new Set(links.map((one) => one.dataset.iri ?? ''))].filter((iri) => /^[^\s<>"{}|\\^`]+$/.test(iri)).slice(0, MOST_LABELS);
  if (!iris.length) return;
  const values = iris.map((iri) => `<${iri}>`).join(' ');
  const query = `SELECT ?iri (SAMPLE(?text) AS ?label) WHERE { VALUES ?iri { ${values} } ?iri ${property} ?text FILTER(LANG(?text) IN ("en", "")) } GROUP BY ?iri`;
  const rows = await select(query).catch(() => []); // a table without labels is still an answer
  const labels = new Map(rows.map((row) => [row.iri?.value, row.label?.value]));
  for (const link of links) {
    link.dataset.labelled = '';
    const text = labels.get(link.dataset.iri);
    if (text) link.after(Object.assign(document.createElement('span'), { className: 'of', textContent: text }));
  }
}
