// Where a verdict stands on the page: in which lane, in what order, with which mark.
import type { Catalogue } from './catalogue';
import type { Answer, Listed, Recommendation, Verdict } from './contract';

export type Lane = 'do' | 'not' | 'wait' | 'aside';
export const LANES: readonly Lane[] = ['do', 'not', 'wait', 'aside'];

export interface Line {
  rule: Listed;
  verdict: Verdict;
  shown: Recommendation | undefined;
  was: Lane | undefined;
}

export type Places = Readonly<Record<string, Lane>>;

const URGENCIES = ['emergency', 'urgent', 'routine', 'ungraded'];
const STRENGTHS = ['must', 'should', 'may'];

/** The lane of a verdict. What only a disagreement or a reading leaves open must not look like an order: it waits. */
export function laneOf(verdict: Verdict, rule: Listed, shown: Recommendation | undefined, catalogue: Catalogue): Lane {
  switch (verdict) {
    case 'indicated':
      return rule.direction === 'against' ? 'not' : 'do';
    case 'provisional':
      if (!shown || shown.left_open_by?.some((id) => !(id in catalogue.item))) return 'wait';
      return rule.direction === 'against' ? 'not' : 'do';
    case 'undetermined':
    case 'conflicting':
      return 'wait';
    default:
      return 'aside';
  }
}

/** Recommendation → lane, for what changes by the next answer. */
export function placesOf(answer: Answer, catalogue: Catalogue): Places {
  const shown = new Map(answer.recommendations.map((one) => [one.id, one]));
  const entries = catalogue.rules.flatMap((rule) => {
    const verdict = answer.verdicts[rule.code];
    return verdict ? [[rule.code, laneOf(verdict, rule, shown.get(rule.code), catalogue)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The lines of every lane: what changed first, then what is named in the answer, then by urgency and strength. */
export function linesOf(answer: Answer, places: Places, before: Places, catalogue: Catalogue): Record<Lane, Line[]> {
  const shown = new Map(answer.recommendations.map((one) => [one.id, one]));
  const lanes: Record<Lane, Line[]> = { do: [], not: [], wait: [], aside: [] };
  for (const rule of catalogue.rules) {
    const lane = places[rule.code];
    const verdict = answer.verdicts[rule.code];
    if (!lane || !verdict) continue;
    const old = before[rule.code];
    lanes[lane].push({ rule, verdict, shown: shown.get(rule.code), was: old && old !== lane ? old : undefined });
  }
  for (const lane of LANES) lanes[lane].sort((one, other) => rank(one) - rank(other));
  return lanes;
}

function rank({ rule, shown, was, verdict }: Line): number {
  const urgency = URGENCIES.indexOf(rule.urgency ?? 'ungraded');
  const strength = STRENGTHS.indexOf(rule.modality ?? 'may');
  const quiet = verdict === 'not-indicated' || verdict === 'out-of-scope' ? 1 : 0;
  return (was ? 0 : 1000) + quiet * 500 + (shown ? 0 : 200) + urgency * 10 + strength;
}

/** The mark of a verdict. */
export function markOf(verdict: Verdict, rule: Listed): string {
  switch (verdict) {
    case 'indicated':
      return rule.direction === 'against' ? 'against' : rule.modality === 'may' ? 'may' : 'indicated';
    case 'provisional':
      return 'provisional';
    case 'undetermined':
      return 'ask';
    case 'conflicting':
      return 'conflict';
    case 'overridden':
      return 'overridden';
    case 'done':
      return 'done';
    default:
      return 'no';
  }
}
