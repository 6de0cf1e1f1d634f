// Starts the SMART app: launch, the record, its answer; another line of the answer asks for its proof with the same record.
import '../../style/smart.css';
import { render } from 'preact';
import { useLanguage, useTheme } from '../actions';
import { speakTo } from '../announce';
import { loadCatalogue } from '../catalogue';
import { read } from '../service';
import { store } from '../state';
import { preferred, say, sayOf } from '../texts';
import { placesOf } from '../verdicts';
import { App, type Stage } from './App';
import type { Settings } from './contract';
import { decideRecord, factsOf } from './deciding';
import { type PatientRecord, readRecord } from './record';
import { beginningOf, type Client, isReplaced, launch, ready, ruleOf, Stopped, wordsOf } from './session';

const SLOW = 4_000;
const dark = matchMedia('(prefers-color-scheme: dark)');
const root = document.getElementById('app') as HTMLElement;
let client: Client | undefined;
let running: AbortController | undefined;

function show(stage: Stage): void {
  render(<App stage={stage} onRetry={() => void start()} />, root);
}

async function start(): Promise<void> {
  running?.abort();
  const control = (running = new AbortController());
  show({ at: 'starting' });
  try {
    const settings = await read<Settings>('./smart/settings');
    const address = new URL(location.href);
    const beginning = client ? 'again' : beginningOf(address);
    if (beginning === 'nothing') return show({ at: 'nothing', issuers: settings.issuers });
    if (beginning === 'launch') return await launch(settings, address);
    client ??= await ready(settings, address);
    await explain(client, settings, control.signal);
  } catch (error) {
    if (!control.signal.aborted) stop(error);
  }
}

async function explain(session: Client, settings: Settings, signal: AbortSignal): Promise<void> {
  let slow = false;
  let over = false; // searches that were on their way when another failed may still end
  let progress = { done: 0, all: 0 };
  const tell = () => !over && show({ at: 'reading', ...progress, slow });
  const late = setTimeout(() => {
    slow = true;
    tell();
  }, SLOW);
  const loaded = loadCatalogue();
  loaded.catch(() => undefined); // it is waited for below, and then told
  let record: PatientRecord;
  try {
    record = await readRecord(session, settings, signal, (done, all) => {
      progress = { done, all };
      tell();
    });
  } finally {
    over = true;
    clearTimeout(late);
  }
  const catalogue = await loaded.catch((error: unknown) => Promise.reject(new Stopped('service', wordsOf(error))));
  show({ at: 'deciding' });
  store.set({ catalogue });
  const asked = ruleOf(session);
  const known = Object.hasOwn(catalogue.rule, asked);
  await decide(record, known ? asked : '', known ? '' : asked, signal);
}

/** Decide the record, and show it with the proof of one recommendation: the one that is asked for, else the first to do. */
async function decide(record: PatientRecord, rule: string, unknown: string, signal: AbortSignal): Promise<void> {
  const { catalogue } = store.state;
  if (!catalogue) return;
  let answer = await decideRecord(record.bundle, record.patient.id, rule, signal);
  const why = rule || [...answer.brief.do, ...answer.brief.avoid][0]?.recommendations[0];
  if (why && !rule) answer = await decideRecord(record.bundle, record.patient.id, why, signal);
  const places = placesOf(answer, catalogue);
  const facts = factsOf(answer, catalogue);
  store.set({ facts, decided: { answer, facts, places, before: places }, status: 'idle', why });
  document.title = say('title', { level: sayOf('level', answer.brief.level) });
  speakTo(answer.brief.level === 'emergency' ? 'alarm' : 'live', answer.brief.headline);
  show({ at: 'shown', record, answer, unknown });
  const unsubscribe = store.subscribe(() => {
    if (!store.state.why || store.state.why === why) return;
    unsubscribe();
    decide(record, store.state.why, '', signal).catch(stop);
  });
}

function stop(error: unknown): void {
  const { reason, detail } = error instanceof Stopped ? error : new Stopped('service', wordsOf(error));
  const again = reason !== 'unknown' && reason !== 'denied' && reason !== 'expired';
  if (reason === 'denied' || reason === 'expired') client = undefined;
  show({ at: 'stopped', reason, detail, again });
}

/** Nobody may take the answer about one patient for that about another. */
function watch(): void {
  if (!client || !isReplaced(client)) return;
  running?.abort();
  client = undefined;
  show({ at: 'stopped', reason: 'otherPatient', detail: '', again: true });
}

useLanguage(preferred());
useTheme(dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => useTheme(dark.matches ? 'dark' : 'light'));
addEventListener('focus', watch);
document.addEventListener('visibilitychange', watch);
addEventListener('storage', watch);
void start();
