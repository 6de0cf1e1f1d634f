// The disagreements of the sources, with what their passages say; and where a case stands between the positions.
import type { Answer, Passage, Verdict } from '../contract';
import { read } from '../service';
import type { Position, Tension } from './contract';

export interface Tensions {
  all: Tension[];
  passage: Record<string, Passage>;
}

const QUIET: readonly (Verdict | undefined)[] = ['undetermined', 'not-indicated', 'out-of-scope', undefined];

export async function loadTensions(): Promise<Tensions> {
  const { items } = await read<{ items: Tension[] }>('./v1/tensions?limit=500');
  const ids = [...new Set(items.flatMap((one) => one.positions.flatMap((position) => position.passages)))];
  const { passages } = ids.length ? await read<{ passages: Passage[] }>(`./v1/passages?id=${ids.join(',')}`) : { passages: [] };
  return { all: items, passage: Object.fromEntries(passages.map((one) => [one.id, one])) };
}

/** Those that concern a case, what leaves its level open first, then by how many positions speak; and all others. */
export function divided(all: Tension[], answer: Answer): { here: Tension[]; others: Tension[] } {
  const named = new Set(answer.tensions.map((one) => one.id));
  const levels = new Set(answer.brief.level_if.map((one) => one.left_open_by));
  const rank = (one: Tension) => (levels.has(one.code) ? 100 : 0) + speaking(one, answer);
  const here = all.filter((one) => named.has(one.code)).sort((one, other) => rank(other) - rank(one));
  return { here, others: all.filter((one) => !named.has(one.code)) };
}

/** How many of its positions say something about the case. */
function speaking(tension: Tension, answer: Answer): number {
  return tension.positions.filter((one) => speaks(answer.verdicts[one.recommendation ?? ''])).length;
}

/** Every position, those first that say something about the case. */
export function inOrder(positions: Position[], verdicts: Answer['verdicts']): Position[] {
  const rank = (one: Position) => (speaks(verdicts[one.recommendation ?? '']) ? 0 : 1);
  return [...positions].sort((one, other) => rank(one) - rank(other));
}

export const speaks = (verdict: Verdict | undefined): boolean => !QUIET.includes(verdict);

/** How a disagreement is handled, in a word: some rule waits for it, it is shown, or it is resolved. */
export function stanceOf(tension: Tension): 'open' | 'exposed' | 'resolved' {
  return tension.leaves_open?.length ? 'open' : tension.resolution;
}
