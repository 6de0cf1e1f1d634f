// Starts the page: content, then the case of the address, then its answer.
import '../style/index.css';
import { render } from 'preact';
import { useLanguage, useTheme } from './actions';
import { App } from './components/App';
import { loadCatalogue } from './catalogue';
import { redecide } from './deciding';
import { readFragment } from './fragment';
import { listenToKeys } from './keyboard';
import { localText } from './service';
import { store } from './state';
import { preferred } from './texts';

const dark = matchMedia('(prefers-color-scheme: dark)');

function readAddress(): void {
  const { catalogue } = store.state;
  if (!catalogue) return;
  const { facts, patient, pathway, unknown } = readFragment(location.hash, catalogue);
  store.set({ facts, patient, pathway, unknown, past: [], asking: undefined, skipped: [], forPatient: undefined });
  void redecide();
}

async function start(): Promise<void> {
  try {
    const [catalogue, local] = await Promise.all([loadCatalogue(), localText()]);
    store.set({ catalogue, local });
  } catch (error) {
    store.set({ status: 'lost', reason: String(error) });
    return;
  }
  readAddress();
  addEventListener('hashchange', readAddress);
}

useLanguage(preferred());
useTheme(dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => useTheme(dark.matches ? 'dark' : 'light'));
render(<App onRetry={start} />, document.getElementById('app') as HTMLElement);
listenToKeys();
void start();
