// `/sparql`: YASGUI's editor and result views in the place of the plain form, which stays for those without scripts.
import '@zazuko/yasgui/build/yasgui.min.css';
import '../../style/sparql.css';
import Yasgui from '@zazuko/yasgui';
import { preferred, say, speak } from '../texts';
import { completeFromHere } from './completion';
import { drawDownloads } from './downloads';
import { fillExamples } from './examples';
import { LabelledTable } from './table';
import { drawProblem } from './problem';

const form = document.querySelector<HTMLFormElement>('#ask') as HTMLFormElement;
const area = form.elements.namedItem('query') as HTMLTextAreaElement;
const prefixes: Record<string, string> = JSON.parse(form.dataset.prefixes ?? '{}');
const answer = document.getElementById('answer') as HTMLElement;
const said = document.getElementById('said') as HTMLElement;

speak(preferred());
document.documentElement.lang = 'en'; // the head of the page is English
completeFromHere(prefixes);
Yasgui.Yasr.registerPlugin('labels', LabelledTable as never);

const yasqe = new Yasgui.Yasqe(document.getElementById('editor') as HTMLElement, {
  persistenceId: null, // nothing is kept in the browser
  consumeShareLink: null,
  createShareableLink: shared,
  showQueryButton: false,
  autocompleters: ['variables', 'prefixes', 'class', 'property'],
  requestConfig: { endpoint: new URL('./sparql', location.href).href, method: 'POST', acceptHeaderGraph: 'text/turtle' },
  editorHeight: '320px',
});
const yasr = new Yasgui.Yasr(document.getElementById('results') as HTMLElement, {
  persistenceId: null,
  prefixes,
  pluginOrder: ['labels', 'table', 'response'],
  defaultPlugin: 'labels',
  errorRenderers: [(error) => drawProblem(error, yasqe)],
});
yasqe.setValue(linked() ?? area.value);
yasqe.getInputField().setAttribute('aria-label', say('sparql.editor'));
yasqe.on('queryResponse', (_: unknown, response: unknown, duration: number) => {
  yasr.setResponse(response, duration);
  const failed = yasr.results?.getError();
  said.textContent = failed ? say('sparql.failed') : say('sparql.answered', { ms: Math.round(duration) });
});
document.body.dataset.scripts = 'on';
drawDownloads(document.getElementById('downloads') as HTMLElement, () => yasqe.getValue(), () => yasqe.getQueryType());
drawLink();
void fillExamples(form, (text) => yasqe.setValue(text));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});
addEventListener('hashchange', () => {
  const text = linked();
  if (text === undefined || text === yasqe.getValue()) return;
  yasqe.setValue(text);
  ask();
});
if (linked() !== undefined || new URLSearchParams(location.search).has('query')) ask();

function ask(): void {
  answer.replaceChildren(); // what the server had written
  said.textContent = say('sparql.asking');
  history.replaceState(null, '', shared());
  yasqe.query().catch(() => undefined); // what went wrong is drawn with the answer
}

/** The query of the fragment, which browsers do not send. */
function linked(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('query') ?? undefined;
}

/** An address that asks the query as soon as it is opened. */
function shared(): string {
  return `${location.origin}${location.pathname}#${new URLSearchParams({ query: yasqe.getValue() })}`;
}

function drawLink(): void {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: say('sparql.link') });
  button.addEventListener('click', async () => {
    history.replaceState(null, '', shared());
    await navigator.clipboard.writeText(shared()).then(
      () => (said.textContent = say('sparql.linked')),
      () => (said.textContent = say('sparql.inAddress')),
    );
  });
  document.getElementById('link')?.append(button);
}
