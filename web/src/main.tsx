// Starts the page: content, then the case of the address, then its answer.
import '../style/index.css';
import { render } from 'preact';
import { useLanguage, useTheme } from './actions';
import { App } from './components/App';
import { loadCatalogue } from './catalogue';
import { redecide } from './deciding';
import type { Facts } from './facts';
import { readFragment, writeFragment } from './fragment';
import { listenToKeys } from './keyboard';
import { localText } from './service';
import { store } from './state';
import { preferred } from './texts';

const dark = matchMedia('(prefers-color-scheme: dark)');

async function readAddress(): Promise<void> {
  const { catalogue, decided } = store.state;
  if (!catalogue) return;
  const { facts, patient, unknown, tab, why, entry, other, versions } = readFragment(location.hash, catalogue);
  store.set({ tab, entry, why: undefined, other, versions });
  if (decided && patient !== store.state.patient && isShown(facts, store.state.patient)) {
    store.set({ patient });
    await redecide();
  } else if (!decided || unknown.length || store.state.unknown.length || !isShown(facts, patient)) {
    store.set({ facts, patient, unknown, past: [], asking: undefined, skipped: [], forPatient: undefined });
    await redecide();
  }
  if (store.state.decided?.facts === store.state.facts) store.set({ why });
}

/** Whether this is what the page shows already: then only the tab is another, and what can be undone stays. */
function isShown(facts: Facts, patient: boolean): boolean {
  return writeFragment(facts, patient) === writeFragment(store.state.facts, store.state.patient);
}

async function start(): Promise<void> {
  try {
    const [catalogue, local] = await Promise.all([loadCatalogue(), localText()]);
    store.set({ catalogue, local });
  } catch (error) {
    store.set({ status: 'lost', reason: String(error) });
    return;
  }
  void readAddress();
  addEventListener('popstate', () => void readAddress());
}

useLanguage(preferred());
useTheme(dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => useTheme(dark.matches ? 'dark' : 'light'));
render(<App onRetry={start} />, document.getElementById('app') as HTMLElement);
listenToKeys();
void start();
