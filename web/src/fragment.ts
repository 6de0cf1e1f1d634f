// The case in the fragment of the address: the only place where it is kept. What a fragment says is never markup.
import type { Catalogue } from './catalogue';
import { dated, type Facts, isDate, isEmpty, type Quantity, type State, withoutStaleDates } from './facts';

export const TABS = ['case', 'pathway', 'disagreements', 'compare', 'learn', 'browse', 'author'] as const;
export type Tab = (typeof TABS)[number];

export interface Fragment {
  facts: Facts;
  patient: boolean;
  tab: Tab;
  /** The recommendation whose why is to be opened. */
  why: string | undefined;
  /** What is browsed: a section, or the path of an entry. */
  entry: string;
  /** The case that is compared with this one. */
  other: Facts | undefined;
  /** Whether two versions are compared, not two cases. */
  versions: boolean;
  unknown: string[];
}

/** What else an address can say. */
export type Beside = Partial<Pick<Fragment, 'entry' | 'other' | 'versions'>>;

const LISTS: Record<string, State> = { y: 'present', n: 'absent', c: 'both' };
const SECOND = '2';
const OTHERS = ['m', 's', 'd', 'view', 'tab', 'why', 'entry', 'of', `m${SECOND}`, `s${SECOND}`, `d${SECOND}`, ...Object.keys(LISTS).map((key) => key + SECOND)];
const MOST = 500;
const LONGEST = 60;
const ENTRY = /^[a-z]{1,20}(\/[\w.~-]{1,100})?$/;
const UNITS = /^[A-Za-z/[\]_]{1,10}$/;

export function writeFragment(facts: Facts, patient = false, tab: Tab = 'case', why = '', beside: Beside = {}): string {
  const parts: string[] = tab === 'case' ? [] : [`tab=${tab}`];
  parts.push(...written(facts, ''));
  if (patient) parts.push('view=patient');
  if (tab === 'browse' && beside.entry) parts.push(`entry=${beside.entry}`);
  if (why) parts.push(`why=${encodeURIComponent(why)}`);
  if (beside.other) parts.push(...written(beside.other, SECOND));
  if (beside.versions && tab === 'compare') parts.push('of=versions');
  return parts.length ? `#${parts.join('&')}` : '';
}

function written(facts: Facts, which: string): string[] {
  const parts: string[] = [];
  for (const [key, state] of Object.entries(LISTS)) {
    const codes = Object.keys(facts.findings).filter((code) => facts.findings[code] === state);
    if (codes.length) parts.push(`${key}${which}=${codes.join('.')}`);
  }
  const numbers = Object.entries(facts.numbers).map(([code, { value, unit }]) => `${code}~${value}~${encodeURIComponent(unit)}`);
  if (numbers.length) parts.push(`m${which}=${numbers.join('*')}`);
  const choices = Object.entries(facts.choices).map(([code, choice]) => `${code}~${encodeURIComponent(choice)}`);
  if (choices.length) parts.push(`s${which}=${choices.join('*')}`);
  const dates = Object.entries(facts.dates).map(([code, { at }]) => `${code}~${at}`);
  if (dates.length) parts.push(`d${which}=${dates.join('*')}`);
  return parts;
}

/** What a fragment says, as far as this knowledge has it; the rest is named in `unknown`. */
export function readFragment(text: string, catalogue: Catalogue): Fragment {
  const given = new URLSearchParams(text.replace(/^#/, ''));
  const unknown: string[] = [];
  const facts = readFacts(given, '', catalogue, unknown);
  const other = readFacts(given, SECOND, catalogue, unknown);
  for (const key of new Set(given.keys())) if (!(key in LISTS) && !OTHERS.includes(key)) unknown.push(key);
  const entry = given.get('entry') ?? '';
  if (entry && !ENTRY.test(entry)) unknown.push(entry);
  const why = given.get('why') ?? '';
  if (why && !Object.hasOwn(catalogue.rule, why)) unknown.push(why);
  return {
    facts,
    patient: given.get('view') === 'patient',
    tab: TABS.find((tab) => tab === given.get('tab')) ?? 'case',
    why: Object.hasOwn(catalogue.rule, why) ? why : undefined,
    entry: ENTRY.test(entry) ? entry : '',
    other: isEmpty(other) ? undefined : other,
    versions: given.get('of') === 'versions',
    unknown: unknown.map(cut),
  };
}

function readFacts(given: URLSearchParams, which: string, catalogue: Catalogue, unknown: string[]): Facts {
  const findings: Record<string, State> = {};
  const numbers: Record<string, Quantity> = {};
  for (const [key, state] of Object.entries(LISTS)) {
    for (const code of split(given.get(key + which), '.')) {
      if (kindOf(code, catalogue) !== 'finding') unknown.push(code);
      else findings[code] = findings[code] && findings[code] !== state ? 'both' : state;
    }
  }
  for (const entry of split(given.get(`m${which}`), '*')) {
    const [code = '', value = '', unit = ''] = entry.split('~');
    const quantity = readQuantity(value, unit);
    if (kindOf(code, catalogue) !== 'measurement' || !quantity) unknown.push(entry);
    else numbers[code] = quantity;
  }
  const choices: Record<string, string> = {};
  for (const entry of split(given.get(`s${which}`), '*')) {
    const [code = '', choice = ''] = entry.split('~');
    const item = kindOf(code, catalogue) === 'coded' ? catalogue.item[code] : undefined;
    if (item?.choices?.some((one) => one.code === choice)) choices[code] = choice;
    else unknown.push(entry);
  }
  let facts: Facts = { findings, numbers, choices, dates: {} };
  for (const entry of split(given.get(`d${which}`), '*')) {
    const [code = '', at = ''] = entry.split('~');
    const item = kindOf(code, catalogue) === 'date' ? catalogue.item[code] : undefined;
    if (item && isDate(at)) facts = dated(facts, item, at);
    else unknown.push(entry);
  }
  return withoutStaleDates(facts, catalogue);
}

function split(text: string | null, by: string): string[] {
  return (text ?? '').split(by).filter(Boolean).slice(0, MOST);
}

function kindOf(code: string, catalogue: Catalogue): string | undefined {
  return Object.hasOwn(catalogue.item, code) ? catalogue.item[code]?.kind : undefined;
}

function readQuantity(text: string, unit: string): Quantity | undefined {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) && UNITS.test(unit) ? { value, unit } : undefined;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
