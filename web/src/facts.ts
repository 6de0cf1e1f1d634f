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
  /** Code of an item that asks for a date → the date, and where it is sent. */
  readonly dates: Readonly<Record<string, Dated>>;
}

export interface Dated {
  at: string;
  member: string;
  /** The code of the entry that gets it; none of `as_of`. */
  code: string;
}

export type Answers = Readonly<Record<string, State | undefined>>;

export const NOTHING: Facts = { findings: {}, numbers: {}, choices: {}, dates: {} };

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

/** The facts with a date, or without it. */
export function dated(facts: Facts, item: Item, at: string | undefined): Facts {
  const dates: Record<string, Dated> = { ...facts.dates };
  if (at) dates[item.code] = { at, member: item.member ?? '', code: item.dates ?? '' };
  else delete dates[item.code];
  return { ...facts, dates };
}

/** A date as the service reads it: a day of the calendar, a month or a year. */
export function isDate(text: string): boolean {
  if (!/^\d{4}(-\d\d(-\d\d)?)?$/.test(text)) return false;
  const [year = '', month = '01', day = '01'] = text.split('-');
  const time = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** What a date is the date of, by the code of its item; nothing of the case itself. */
export const datedBy = (code: string): string => (code.startsWith('at:') ? code.slice('at:'.length) : '');

/** Whether there is something to date: the case always, a fact once it is recorded. */
export function canBeAsked(item: Item, facts: Facts, catalogue: Catalogue): boolean {
  const code = item.kind === 'date' ? datedBy(item.code) : '';
  return !code || hasValue(facts, code) || ['present', 'both', 'derived'].includes(stateOf(facts, code, catalogue));
}

/** The facts without the dates of what is recorded no longer. */
export function withoutStaleDates(facts: Facts, catalogue: Catalogue): Facts {
  const kept = Object.entries(facts.dates).filter(([code]) => {
    const item = catalogue.item[code];
    return item && canBeAsked(item, facts, catalogue);
  });
  return kept.length === Object.keys(facts.dates).length ? facts : { ...facts, dates: Object.fromEntries(kept) };
}

/** Whether something that is no finding has a value. */
export function hasValue(facts: Facts, code: string): boolean {
  return code in facts.numbers || code in facts.choices || code in facts.dates;
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
  const items = screen.items.filter((item) => canBeAsked(item, facts, catalogue));
  return items.every((item) =>
    item.kind === 'finding' ? stateOf(facts, item.code, catalogue) !== 'unknown' : hasValue(facts, item.code),
  );
}

export function isEmpty(facts: Facts): boolean {
  return [facts.findings, facts.numbers, facts.choices, facts.dates].every((recorded) => !Object.keys(recorded).length);
}

/** The body of `POST /v1/decisions`. */
export function bodyOf(facts: Facts, audience: string): string {
  const of = (...states: State[]) =>
    Object.keys(facts.findings).filter((code) => states.includes(facts.findings[code] as State));
  const body: Record<string, unknown> = {
    present: of('present', 'both'),
    absent: of('absent', 'both'),
    measurements: { ...facts.numbers },
    coded: facts.choices,
    audience,
  };
  // what is dated is sent once: an entry without a date beside it would be another one
  const undated = (member: string, code: string) => ((body[member] as unknown[]) ?? []).filter((entry) => entry !== code);
  for (const [item, { at, member, code }] of Object.entries(facts.dates)) {
    body.present = undated('present', datedBy(item));
    if (!code) body[member] = at;
    else if (member === 'measurements') body[member] = { ...(body[member] as object), [code]: { ...facts.numbers[code], at } };
    else body[member] = [...undated(member, code), { code, at }];
  }
  return JSON.stringify(body);
}
