// What a person can do. Every change of the facts is one step that can be undone.
import { remember, speakTo } from './announce';
import { nextAsking, opened, shownScreen } from './asking';
import { choiceWords, shortName } from './catalogue';
import type { Item, Screen } from './contract';
import { redecide } from './deciding';
import { 
  answered, type Answers, chosen, dated, type Facts, measured, noneOf, NOTHING, type Quantity, type State, stateOf, withoutStaleDates,
} from './facts';
import { type Tab, writeFragment } from './fragment';
import { noteOf } from './note';
import { store, type Theme } from './state';
import { type Language, say, sayOf, speak } from './texts';
import type { Lane } from './verdicts';

function change(changed: Facts, sentence: string): void {
  const { past, facts: before, catalogue } = store.state;
  const facts = catalogue ? withoutStaleDates(changed, catalogue) : changed;
  store.set({ facts, past: [...past, before] });
  remember(sentence);
  keep();
  void redecide();
}

/** Write the case into the address, without a new entry in the history. */
function keep(): void {
  const { facts, patient, tab, entry, other, versions } = store.state;
  history.replaceState(null, '', location.pathname + writeFragment(facts, patient, tab, '', { entry, other, versions }));
}

/** Turn to a tab, with the same case; the way back of the browser leads back. */
export function openTab(tab: Tab): void {
  const { facts, patient, other } = store.state;
  if (tab === store.state.tab) return;
  history.pushState(null, '', location.pathname + writeFragment(facts, patient, tab, '', { other }));
  store.set({ tab, entry: '', why: undefined, versions: false });
}

/** Compare the case with another one, or with none; `unknown` names what was left out of it. */
export function compareWith(other: Facts | undefined, unknown: string[] = []): void {
  store.set({ other, versions: false, unknown });
  keep();
}

/** Keep the case as it is beside the one that is changed from now on. */
export function keepAndChange(): void {
  store.set({ other: store.state.facts });
  openTab('case');
}

/** The second case becomes the present one, and the other way round; it can be undone. */
export function exchange(): void {
  const { facts, other } = store.state;
  if (!other) return;
  store.set({ other: facts });
  change(other, say('cmp.exchanged'));
}

export function compareVersions(versions: boolean): void {
  store.set({ versions });
  keep();
}

export function answer(code: string, state: State | undefined): void {
  answerAll({ [code]: state });
}

export function answerAll(answers: Answers, numbers: Record<string, Quantity> = {}, choices: Record<string, string> = {}): void {
  let facts = answered(store.state.facts, answers);
  for (const [code, quantity] of Object.entries(numbers)) facts = measured(facts, code, quantity);
  for (const [code, choice] of Object.entries(choices)) facts = chosen(facts, code, choice);
  const codes = [...Object.keys(answers), ...Object.keys(numbers), ...Object.keys(choices)];
  const [only] = codes;
  const name = codes.length === 1 && only ? shortName(store.state.catalogue?.item[only], only) : '';
  const word = only ? sayOf('state', answers[only] ?? 'unknown') : '';
  change(facts, name ? say('live.recorded', { name, word }) : say('live.several', { count: codes.length }));
}

/** Yes, then no, then not asked again. */
export function turn(code: string): void {
  const { facts, catalogue } = store.state;
  if (!catalogue) return;
  const next = { unknown: 'present', present: 'absent', absent: undefined, derived: 'absent', both: undefined } as const;
  answer(code, next[stateOf(facts, code, catalogue)]);
}

export function measure(code: string, quantity: Quantity | undefined): void {
  const { facts, catalogue } = store.state;
  const before = facts.numbers[code];
  if (before?.value === quantity?.value && before?.unit === quantity?.unit) return;
  const name = shortName(catalogue?.item[code], code);
  change(measured(facts, code, quantity), say('live.recorded', { name, word: String(quantity?.value ?? sayOf('state', 'unknown')) }));
}

export function choose(code: string, choice: string | undefined): void {
  const { facts, catalogue } = store.state;
  const item = catalogue?.item[code];
  change(chosen(facts, code, choice), say('live.recorded', { name: shortName(item, code), word: choiceWords(item, choice) }));
}

export function date(item: Item, at: string | undefined): void {
  const { facts } = store.state;
  if (facts.dates[item.code]?.at === at) return;
  change(dated(facts, item, at), say('live.recorded', { name: shortName(item, item.code), word: at ?? sayOf('state', 'unknown') }));
}

/** Record every finding of a screen that has no answer as absent. */
export function denyRest(screen: Screen): void {
  const { facts, catalogue } = store.state;
  if (!catalogue) return;
  const answers = noneOf(screen.items, facts, catalogue);
  if (Object.keys(answers).length) answerAll(answers);
  else skip();
}

export function denyAsked(): void {
  const { asking, catalogue } = store.state;
  if (asking && catalogue) denyRest(shownScreen(asking, catalogue));
}

export function undo(): void {
  const { past } = store.state;
  const facts = past.at(-1);
  if (!facts) return;
  store.set({ facts, past: past.slice(0, -1) });
  remember(say('live.undone'));
  keep();
  void redecide();
}

export function startAnew(): void {
  store.set({ asking: undefined, skipped: [], group: undefined });
  change(NOTHING, say('live.anew'));
}

/** Leave the screen that is asked for later. */
export function skip(): void {
  const { asking, skipped, decided, facts, catalogue } = store.state;
  if (!asking || !decided || !catalogue) return;
  const later = [...skipped.filter((id) => id !== asking.screen), asking.screen];
  store.set({ skipped: later, asking: nextAsking(decided.answer, facts, undefined, later, catalogue) });
}

export function ask(screen: Screen): void {
  const { facts, catalogue } = store.state;
  if (catalogue) store.set({ asking: opened(screen, facts, catalogue) });
}

export function openGroup(id: string): void {
  store.set({ group: store.state.group === id ? undefined : id });
}

export function openLane(lane: Lane): void {
  store.set({ lane: store.state.lane === lane ? undefined : lane });
}

/** Turn to the view for the patient, or back; the way back of the browser leads back, too. */
export function togglePatient(): void {
  history.pushState(null, '', location.href);
  store.set({ patient: !store.state.patient });
  keep();
  if (store.state.patient) void redecide();
}

export const explainRule = (rule: string | undefined): void => store.set({ why: rule });
export const showKeys = (shown: boolean): void => store.set({ dialog: shown ? 'keys' : undefined });
export const useKeys = (keysOn: boolean): void => store.set({ keysOn });

export async function copyNote(): Promise<void> {
  const { decided, facts, catalogue, status } = store.state;
  if (!decided || !catalogue || decided.facts !== facts || status !== 'idle') return;
  try {
    await navigator.clipboard.writeText(noteOf(decided, catalogue));
  } catch {
    speakTo('live', say('copy.failed'));
    return;
  }
  store.set({ copied: true });
  speakTo('live', say('copy.done'));
  setTimeout(() => store.set({ copied: false }), 1500);
}

export function useTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  store.set({ theme });
}

export function useLanguage(language: Language): void {
  speak(language);
  store.set({ language });
}
