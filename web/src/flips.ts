// Changes of facts that turn a verdict, as answers that can be applied, each tried by the service before it is promised.
import type { Change, Item, Level, Range, Verdict } from './contract';
import { type Answers, answered, chosen, type Facts, measured, type Quantity } from './facts';
import { decideInBrief } from './service';

/** The answers that one change of facts comes to. */
export interface Step {
  answers: Answers;
  numbers: Record<string, Quantity>;
  choices: Record<string, string>;
}

export interface Outcome {
  verdict: Verdict;
  level: Level;
  headline: string;
}

const MOST_CHOICES = 4;
const DAYS: Record<string, number> = { wk: 7, d: 1 };

/** Every way to make the changes: what is to be assessed, either way, is offered as yes and as no. */
export function stepsOf(changes: Change[], facts: Facts, items: Record<string, Item>): Step[] {
  let steps: Step[] = [{ answers: {}, numbers: {}, choices: {} }];
  for (const { code, to, ranges, choices } of changes) {
    if (choices?.length) {
      steps = steps.flatMap((step) => choices.map((choice) => ({ ...step, choices: { ...step.choices, [code]: choice } })));
    } else if (ranges?.length) {
      const quantity = within(ranges, items[code], facts.numbers[code]);
      if (!quantity) return [];
      steps = steps.map((step) => ({ ...step, numbers: { ...step.numbers, [code]: quantity } }));
    } else {
      const states = to === 'present' ? (['present'] as const) : to === 'absent' ? (['absent'] as const) : (['present', 'absent'] as const);
      steps = steps.flatMap((step) => states.map((state) => ({ ...step, answers: { ...step.answers, [code]: state } })));
    }
  }
  return steps.slice(0, MOST_CHOICES);
}

/** A value in one of the ranges, as near to the present one as can be; durations in whole days. */
export function within(ranges: Range[], item: Item | undefined, now: Quantity | undefined): Quantity | undefined {
  if (!item) return undefined;
  const days = DAYS[item.unit ?? ''] ?? 1;
  const unit = item.unit === 'wk' ? 'd' : (item.unit ?? '1');
  const present = (now?.value ?? 0) * (now && now.unit in DAYS ? (DAYS[now.unit] ?? 1) : 1);
  const values = ranges.map((range) => nearest(range, days, present)).filter((value): value is number => value !== undefined);
  values.sort((one, other) => Math.abs(one - present) - Math.abs(other - present));
  return values[0] === undefined ? undefined : { value: values[0], unit };
}

function nearest(range: Range, factor: number, present: number): number | undefined {
  const scaled = (value: number) => Math.round(value * factor * 1000) / 1000;
  const least = Math.max(
    0,
    range.minimum !== undefined ? Math.ceil(scaled(range.minimum)) : 0,
    range.exclusive_minimum !== undefined ? Math.floor(scaled(range.exclusive_minimum)) + 1 : 0,
  );
  const most = Math.min(
    range.maximum !== undefined ? Math.floor(scaled(range.maximum)) : Infinity,
    range.exclusive_maximum !== undefined ? Math.ceil(scaled(range.exclusive_maximum)) - 1 : Infinity,
  );
  return least > most ? undefined : Math.min(Math.max(present, least), most);
}

export function sizeOf(step: Step): number {
  return [step.answers, step.numbers, step.choices].reduce((sum, part) => sum + Object.keys(part).length, 0);
}

/** The facts after a step. */
export function applied(facts: Facts, step: Step): Facts {
  let changed = answered(facts, step.answers);
  for (const [code, quantity] of Object.entries(step.numbers)) changed = measured(changed, code, quantity);
  for (const [code, choice] of Object.entries(step.choices)) changed = chosen(changed, code, choice);
  return changed;
}

/** What a recommendation and the level come to after a step. */
export async function tryStep(facts: Facts, step: Step, rule: string, signal: AbortSignal): Promise<Outcome | undefined> {
  const { brief, verdicts } = await decideInBrief(applied(facts, step), signal);
  const verdict = verdicts[rule];
  return verdict && { verdict, level: brief.level, headline: brief.headline };
}
