// Which pathways bear on the case: what is suspected first, then what has to be ruled out.
import type { Answer } from '../contract';

export interface Choice {
  code: string;
  label: string;
  why: 'suspected' | 'undetermined' | '';
}

/** The conditions of an answer, each once, what is suspected before what is not settled. */
export function choicesOf(answer: Answer): Choice[] {
  const { rule_out: open, likely } = answer.brief;
  const found: Choice[] = [
    ...open.filter((one) => one.verdict === 'suspected').map((one) => choice(one, 'suspected')),
    ...(likely ? [choice(likely, 'suspected')] : []),
    ...answer.assessments.filter((one) => one.verdict === 'suspected').map((one) => choice(one, 'suspected')),
    ...open.filter((one) => one.verdict === 'undetermined').map((one) => choice(one, 'undetermined')),
  ];
  return [...new Map(found.reverse().map((one) => [one.code, one])).values()].reverse();
}

const choice = (one: { condition: string; label: string }, why: Choice['why']): Choice => ({ code: one.condition, label: one.label, why });
