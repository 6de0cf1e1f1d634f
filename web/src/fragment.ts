// The case in the fragment of the address: the only place where it is kept. What a fragment says is never markup.
import type { Catalogue } from './catalogue';
import { type Facts, type Quantity, type State } from './facts';

export const TABS = ['case', 'pathway', 'disagreements', 'learn', 'browse', 'author'] as const;
export type Tab = (typeof TABS)[number];

export interface Fragment {
  facts: Facts;
  patient: boolean;
  tab: Tab;
  /** The recommendation whose why is to be opened. */
  why: string | undefined;
  /** What is browsed: a section, or the path of an entry. */
  entry: string;
  unknown: string[];
}

const LISTS: Record<string, State> = { y: 'present', n: 'absent', c: 'both' };
const OTHERS = ['m', 'view', 'tab', 'why', 'entry'];
const MOST = 500;
const LONGEST = 60;
const ENTRY = /^[a-z]{1,20}(\/[\w.~-]{1,100})?$/;
const UNITS = /^[A-Za-z/[\]_]{1,10}$/;

export function writeFragment(facts: Facts, patient = false, tab: Tab = 'case', why = '', entry = ''): string {
  const parts: string[] = tab === 'case' ? [] : [`tab=${tab}`];
  for (const [key, state] of Object.entries(LISTS)) {
    const codes = Object.keys(facts.findings).filter((code) => facts.findings[code] === state);
    if (codes.length) parts.push(`${key}=${codes.join('.')}`);
  }
  const numbers = Object.entries(facts.numbers).map(([code, { value, unit }]) => `${code}~${value}~${encodeURIComponent(unit)}`);
  if (numbers.length) parts.push(`m=${numbers.join('*')}`);
  if (patient) parts.push('view=patient');
  if (tab === 'browse' && entry) parts.push(`entry=${entry}`);
  if (why) parts.push(`why=${encodeURIComponent(why)}`);
  return parts.length ? `#${parts.join('&')}` : '';
}

/** What a fragment says, as far as this knowledge has it; the rest is named in `unknown`. */
export function readFragment(text: string, catalogue: Catalogue): Fragment {
  const given = new URLSearchParams(text.replace(/^#/, ''));
  const findings: Record<string, State> = {};
  const numbers: Record<string, Quantity> = {};
  const unknown: string[] = [];
  for (const [key, state] of Object.entries(LISTS)) {
    for (const code of split(given.get(key), '.')) {
      if (kindOf(code, catalogue) !== 'finding') unknown.push(code);
      else findings[code] = findings[code] && findings[code] !== state ? 'both' : state;
    }
  }
  for (const entry of split(given.get('m'), '*')) {
    const [code = '', value = '', unit = ''] = entry.split('~');
    const quantity = readQuantity(value, unit);
    if (kindOf(code, catalogue) !== 'measurement' || !quantity) unknown.push(entry);
    else numbers[code] = quantity;
  }
  for (const key of new Set(given.keys())) if (!(key in LISTS) && !OTHERS.includes(key)) unknown.push(key);
  const entry = given.get('entry') ?? '';
  if (entry && !ENTRY.test(entry)) unknown.push(entry);
  const why = given.get('why') ?? '';
  if (why && !Object.hasOwn(catalogue.rule, why)) unknown.push(why);
  return {
    facts: { findings, numbers },
    patient: given.get('view') === 'patient',
    tab: TABS.find((tab) => tab === given.get('tab')) ?? 'case',
    why: Object.hasOwn(catalogue.rule, why) ? why : undefined,
    entry: ENTRY.test(entry) ? entry : '',
    unknown: unknown.map(cut),
  };
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
