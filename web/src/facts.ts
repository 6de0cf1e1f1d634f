// What is recorded of a patient, and how it is sent. Nothing here is ever absent unless somebody said so.
import type { Item, Screen } from './contract';
import type { Catalogue } from './catalogue';

export type State = 'present' | 'absent' | 'both';
export type Shown = State | 'derived' | 'unknown';

export interface Quantity {
  value: number;
  unit: string;
}

export interface Facts {
  readonly findings: Readonly<Record<string, State>>;
  readonly numbers: Readonly<Record<string, Quantity>>;
  /** Name of a coded value → the code that was chosen. */
  readonly choices: Readonly<Record<string, string>>;
}

export type Answers = Readonly<Record<string, State | undefined>>;

export const NOTHING: Facts = { findings: {}, numbers: {}, choices: {} };

/** The facts with other answers to some findings; `undefined` takes an answer back. */
export function answered(facts: Facts, answers: Answers): Facts {
  const findings: Record<string, State> = { ...facts.findings };
  for (const [code, state] of Object.entries(answers)) {
    if (state) findings[code] = state;
    else delete findings[code];
  }
  return { ...facts, findings };
}

/** The facts with a number, or without it. */
export function measured(facts: Facts, code: string, quantity: Quantity | undefined): Facts {
  const numbers: Record<string, Quantity> = { ...facts.numbers };
  if (quantity) numbers[code] = quantity;
  else delete numbers[code];
  return { ...facts, numbers };
}

/** The facts with a choice, or without it. */
export function chosen(facts: Facts, code: string, choice: string | undefined): Facts {
  const choices: Record<string, string> = { ...facts.choices };
  if (choice) choices[code] = choice;
  else delete choices[code];
  return { ...facts, choices };
}

/** Whether something that is no finding has a value. */
export function hasValue(facts: Facts, code: string): boolean {
  return code in facts.numbers || code in facts.choices;
}

/** How a finding is shown: as recorded, or present because a narrower one is. */
export function stateOf(facts: Facts, code: string, catalogue: Catalogue): Shown {
  return facts.findings[code] ?? (sourcesOf(facts, code, catalogue).length ? 'derived' : 'unknown');
}

/** The recorded findings from which a wider one follows. */
export function sourcesOf(facts: Facts, code: string, catalogue: Catalogue): string[] {
  return (catalogue.narrower[code] ?? []).filter((narrower) => facts.findings[narrower] === 'present');
}

/** "None of these": every finding that has no answer is absent, but never what is wider than something present. */
export function noneOf(items: readonly Item[], facts: Facts, catalogue: Catalogue): Answers {
  const open = items.filter((item) => item.kind === 'finding' && stateOf(facts, item.code, catalogue) === 'unknown');
  return Object.fromEntries(open.map((item) => [item.code, 'absent' as const]));
}

/** Whether every item of a screen has an answer. */
export function isComplete(screen: Screen, facts: Facts, catalogue: Catalogue): boolean {
  return screen.items.every((item) =>
    item.kind === 'finding' ? stateOf(facts, item.code, catalogue) !== 'unknown' : hasValue(facts, item.code),
  );
}

export function isEmpty(facts: Facts): boolean {
  return [facts.findings, facts.numbers, facts.choices].every((recorded) => !Object.keys(recorded).length);
}

/** The body of `POST /v1/decisions`. */
export function bodyOf(facts: Facts, audience: string): string {
  const of = (...states: State[]) =>
    Object.keys(facts.findings).filter((code) => states.includes(facts.findings[code] as State));
  return JSON.stringify({
    present: of('present', 'both'),
    absent: of('absent', 'both'),
    measurements: facts.numbers,
    coded: facts.choices,
    audience,
  });
}
