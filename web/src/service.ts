// What the page asks of the service while a case is open.
import type { Answer, Audience, BriefAnswer, LocalText, Passage, PathwayEntry, Recommendation } from './contract';
import { bodyOf, type Facts } from './facts';

/** The service could be reached and refused: `detail` says what it said. */
export class Refused extends Error {}

async function decisions<T>(query: string, facts: Facts, audience: Audience, signal?: AbortSignal): Promise<T> {
  const reply = await fetch(`./v1/decisions?${query}`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: bodyOf(facts, audience),
    ...(signal ? { signal } : {}),
  });
  if (reply.ok) return reply.json();
  throw new Refused(await reasonOf(reply));
}

/** What the service said when it refused. */
export async function reasonOf(reply: Response): Promise<string> {
  const type = reply.headers.get('content-type') ?? '';
  if (!type.includes('json')) return `${reply.status} ${reply.statusText}`;
  const problem: { detail?: string; mend?: string } = await reply.json();
  return [problem.detail, problem.mend].filter(Boolean).join(' ') || String(reply.status);
}

export const decide = (facts: Facts, signal: AbortSignal): Promise<Answer> =>
  decisions('view=standard&verdicts=true', facts, 'clinician', signal);

export const decideForPatient = (facts: Facts, signal: AbortSignal): Promise<BriefAnswer> =>
  decisions('view=brief&return_signs=true', facts, 'patient', signal);

export const decideInBrief = (facts: Facts, signal: AbortSignal): Promise<BriefAnswer> =>
  decisions('view=brief&verdicts=true', facts, 'clinician', signal);

/** A recommendation with its proof and its flips. */
export async function explain(facts: Facts, rule: string, signal: AbortSignal): Promise<Recommendation | undefined> {
  const answer = await decisions<Answer>(`view=standard&explain=${encodeURIComponent(rule)}`, facts, 'clinician', signal);
  return answer.recommendations.find((one) => one.id === rule);
}

/** A passage between its neighbours, in the order of its document. */
export async function passagesAround(id: string, around: number, signal: AbortSignal): Promise<Passage[]> {
  return (await read<{ passages: Passage[] }>(`./v1/passages?id=${encodeURIComponent(id)}&around=${around}`, signal)).passages;
}

/** What a picture can be had of. */
export async function pathways(signal: AbortSignal): Promise<PathwayEntry[]> {
  const reply = await fetch('./v1/pathways', { signal });
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return (await reply.json()).pathways;
}

/** A pathway as SVG, lit by the facts. */
export async function drawPathway(code: string, facts: Facts, signal: AbortSignal): Promise<string> {
  const reply = await fetch(`./v1/pathways/${encodeURIComponent(code)}.svg`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bodyOf(facts, 'clinician'),
    signal,
  });
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return reply.text();
}

/** Where patients are to go. */
export const localText = (): Promise<LocalText> => read('./v1/local');

/** What stands at a path of the service. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const reply = await fetch(path, { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) });
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return reply.json();
}
