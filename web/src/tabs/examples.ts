// The prepared cases of the service, each with its answer; what can be chosen in the quiz is made of these answers alone.
import type { Catalogue } from '../catalogue';
import type { Action, BriefAnswer } from '../contract';
import { type Facts, NOTHING, answered, measured, type State } from '../facts';
import { decideInBrief, read } from '../service';
import type { Example } from './contract';

/** A prepared case as the page has it. */
export interface Patient {
  example: Example;
  facts: Facts;
  answer: BriefAnswer;
}

export async function loadPatients(catalogue: Catalogue): Promise<Patient[]> {
  const { cases } = await read<{ cases: Example[] }>('./v1/cases');
  const usable = cases.flatMap((example) => {
    const facts = example.shows || example.vignette ? factsOf(example, catalogue) : undefined;
    return facts ? [{ example, facts }] : [];
  });
  const signal = new AbortController().signal;
  return Promise.all(usable.map(async (one) => ({ ...one, answer: await decideInBrief(one.facts, signal) })));
}

/** The facts of a prepared case, where the page can hold all of them. */
export function factsOf({ case: sent }: Pick<Example, 'case'>, catalogue: Catalogue): Facts | undefined {
  const lists: [State, unknown[]][] = [['present', sent.present ?? []], ['absent', sent.absent ?? []]];
  let facts = NOTHING;
  for (const [state, codes] of lists) {
    for (const code of codes) {
      if (typeof code !== 'string' || !Object.hasOwn(catalogue.item, code)) return undefined;
      facts = answered(facts, { [code]: state });
    }
  }
  for (const [code, value] of Object.entries(sent.measurements ?? {})) {
    const unit = catalogue.item[code]?.unit;
    if (typeof value !== 'number' || !unit) return undefined;
    facts = measured(facts, code, { value, unit });
  }
  return facts;
}

/** The first thing that each answer says to do, each once, in the order of the alphabet. */
export function deedsOf(patients: Patient[]): Action[] {
  const first = patients.flatMap(({ answer }) => answer.brief.do.slice(0, 1));
  const byRules = new Map(first.map((one) => [one.recommendations.join(), one]));
  return [...byRules.values()].sort((one, other) => (one.text < other.text ? -1 : 1));
}

/** Whether an answer says to do it, too; without a deed, whether it says to do nothing of what could be chosen. */
export function stands(deed: Action | undefined, answer: BriefAnswer, deeds: Action[]): boolean {
  const said = new Set(answer.brief.do.flatMap((one) => one.recommendations));
  const among = (one: Action) => one.recommendations.some((id) => said.has(id));
  return deed ? among(deed) : !deeds.some(among);
}
