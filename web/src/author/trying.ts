// What a draft does: the difference from what is served, and the article about a patient, as the service tells them.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Difference } from '../compare/difference';
import { bodyOf, type Facts } from '../facts';
import { Refused, reasonOf } from '../service';
import { say } from '../texts';

export type Outcome =
  | { task: 'difference'; difference: Difference; text: string }
  | { task: 'article'; html: string; words: string; text: string }
  | { task: 'refused'; reason: string; text: string };
/** What names an outcome; the focus goes there when it comes. */
export const headingOf = ({ task }: Outcome): string => `author-${task}`;
export type Task = 'difference' | 'article';

export interface Sent {
  name: string;
  text: string;
}

let kept: Outcome[] = []; // outlives the tab, never the page

/** The last outcome of each kind, the newest first; what is running; and how to ask for another. */
export function useTrial(sent: () => Sent) {
  const [outcomes, setOutcomes] = useState(kept);
  const [busy, setBusy] = useState<Task>();
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);

  async function run(task: Task, ask: (draft: Sent, signal: AbortSignal) => Promise<Outcome>): Promise<void> {
    running.current?.abort();
    const control = (running.current = new AbortController());
    const draft = sent();
    let found: Outcome;
    setBusy(task);
    try {
      found = await ask(draft, control.signal);
    } catch (error) {
      if (control.signal.aborted) return;
      const reason = error instanceof Refused ? error.message : say('page.lostFirst');
      found = { task: 'refused', reason, text: draft.text };
    }
    kept = [found, ...kept.filter((one) => one.task !== found.task && one.task !== 'refused')];
    setBusy(undefined);
    setOutcomes(kept);
    requestAnimationFrame(() => document.getElementById(headingOf(found))?.focus()); // when it is drawn
  }

  return {
    outcomes,
    busy,
    compare: () => run('difference', difference),
    read: (facts: Facts, audience: string, words: string) =>
      run('article', (draft, signal) => article(draft, facts, audience, words, signal)),
  };
}

async function difference({ name, text }: Sent, signal: AbortSignal): Promise<Outcome> {
  const reply = await post('./v1/comparison', `{"files": ${JSON.stringify({ [name]: text })}}`, signal);
  return { task: 'difference', difference: await reply.json(), text };
}

async function article({ name, text }: Sent, facts: Facts, audience: string, words: string, signal: AbortSignal): Promise<Outcome> {
  const body = `{"files": ${JSON.stringify({ [name]: text })}, "case": ${bodyOf(facts, audience)}}`;
  const html = await (await post('./v1/preview', body, signal)).text();
  return { task: 'article', html: html.replaceAll('<a href="http', '<a target="_blank" rel="noopener noreferrer" href="http'), words, text };
}

async function post(path: string, body: string, signal: AbortSignal): Promise<Response> {
  const reply = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal });
  if (!reply.ok) throw new Refused(await refusalOf(reply));
  return reply;
}

/** Why nothing was tried: where the text does not load, or what else stood in the way. */
async function refusalOf(reply: Response): Promise<string> {
  const problem: { type?: string; where?: string } = await reply.clone().json().catch(() => ({}));
  const reason = await reasonOf(reply);
  if (!problem.type?.endsWith('/unusable-content')) return say('author.notTried', { reason });
  return say('author.cannot', { reason: problem.where ? `${problem.where}: ${reason}` : reason });
}
