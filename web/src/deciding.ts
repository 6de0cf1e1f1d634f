// Facts → answer: one request at a time, the last facts win, and an old answer never passes for one about new facts.
import { announce } from './announce';
import { nextAsking } from './asking';
import type { Answer } from './contract';
import { type Facts, isEmpty } from './facts';
import { decide, decideForPatient, Refused } from './service';
import { type Decided, store } from './state';
import { placesOf } from './verdicts';

const LATE = 400;
let running: AbortController | undefined;

/** Ask for the answer to the facts as they are now. */
export async function redecide(): Promise<void> {
  running?.abort();
  const control = (running = new AbortController());
  const { facts, patient } = store.state;
  store.set({ status: 'waiting' });
  const late = setTimeout(() => store.set({ status: 'late' }), LATE);
  try {
    const [answer, forPatient] = await Promise.all([
      decide(facts, control.signal),
      patient ? decideForPatient(facts, control.signal) : undefined,
    ]);
    if (control.signal.aborted) return;
    accept(answer, facts);
    store.set({ status: 'idle', reason: '', forPatient: forPatient && { answer: forPatient, facts } });
  } catch (error) {
    if (control.signal.aborted) return;
    fail(error);
  } finally {
    clearTimeout(late);
  }
}

function accept(answer: Answer, facts: Facts): void {
  const { catalogue, decided, asking, skipped } = store.state;
  if (!catalogue) return;
  const places = placesOf(answer, catalogue);
  const before = decided && !isEmpty(decided.facts) ? decided.places : places;
  const now: Decided = { answer, facts, places, before };
  const held = document.activeElement;
  store.set({ decided: now, asking: nextAsking(answer, facts, asking, skipped, catalogue) });
  requestAnimationFrame(() => keepFocus(held));
  announce(now, decided);
}

/** A line that moved to another lane is drawn anew: whoever stood on it stands on it again, or on the answer. */
function keepFocus(held: Element | null): void {
  if (!held || held.isConnected || document.activeElement !== document.body) return;
  const rule = held.getAttribute('data-rule');
  const moved = rule && document.querySelector<HTMLElement>(`[data-rule="${CSS.escape(rule)}"]`);
  (moved || document.getElementById('brief'))?.focus();
}

function fail(error: unknown): void {
  const refused = error instanceof Refused;
  store.set({ status: refused ? 'refused' : 'lost', reason: refused ? error.message : '' });
}
