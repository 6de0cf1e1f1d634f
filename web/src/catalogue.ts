// The content of the service, loaded once: screens, findings in everybody's words, rules, documents.
import type { Item, Listed, Screen } from './contract';
import { say, sayOf } from './texts';

export interface Catalogue {
  screens: Screen[];
  screen: Record<string, Screen>;
  item: Record<string, Item>;
  patientLabel: Record<string, string>;
  narrower: Record<string, string[]>;
  rules: Listed[];
  rule: Record<string, Listed>;
  sources: Record<string, Listed>;
  words: [code: string, words: string][];
}

/** What can be said of an intervention; `taking:nsaid` is such a fact. */
const ACTS = ['performed', 'taking'] as const;

/** Ask for all of it. */
export async function loadCatalogue(): Promise<Catalogue> {
  const [screens, forPatients, findings, interventions, rules, sources] = await Promise.all([
    get('./v1/screens'),
    get('./v1/screens?audience=patient'),
    get('./v1/findings?limit=500'),
    get('./v1/interventions?limit=500'),
    get('./v1/rules?limit=500'),
    get('./v1/sources'),
  ]);
  return makeCatalogue(screens.screens, forPatients.screens, findings.items, interventions.items, rules.items, sources.items);
}

async function get(path: string): Promise<{ screens: Screen[]; items: Listed[] }> {
  const reply = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply.json();
}

export function makeCatalogue(
  screens: Screen[],
  forPatients: Screen[],
  findings: Listed[],
  interventions: Listed[],
  rules: Listed[],
  sources: Listed[],
): Catalogue {
  const item: Record<string, Item> = {};
  for (const one of findings) item[one.code] = { code: one.code, kind: 'finding', asked_of: 'record', label: one.label };
  for (const one of interventions) for (const act of ACTS) item[`${act}:${one.code}`] = { code: `${act}:${one.code}`, kind: 'finding', asked_of: 'record', label: one.label };
  for (const screen of screens) for (const one of screen.items) item[one.code] = one;
  const patient = forPatients.flatMap((screen) => screen.items);
  const patientLabel = Object.fromEntries(patient.map((one) => [one.code, one.label]));
  return {
    screens,
    screen: byKey(screens, (screen) => screen.id),
    item,
    patientLabel,
    narrower: narrowerOf(findings),
    rules,
    rule: byKey(rules, (rule) => rule.code),
    sources: byKey(sources, (source) => source.code),
    words: findings.map((one) => [one.code, wordsOf(one, item[one.code], patientLabel[one.code])]),
  };
}

function byKey<T>(all: T[], key: (one: T) => string): Record<string, T> {
  return Object.fromEntries(all.map((one) => [key(one), one]));
}

/** Code → codes of all narrower findings, at any distance. */
function narrowerOf(findings: Listed[]): Record<string, string[]> {
  const broader = new Map(findings.map((one) => [one.code, one.broader ?? []]));
  const found: Record<string, string[]> = {};
  for (const { code } of findings) {
    const waiting = [...(broader.get(code) ?? [])];
    const seen = new Set<string>();
    for (let wider = waiting.pop(); wider !== undefined; wider = waiting.pop()) {
      if (seen.has(wider)) continue;
      seen.add(wider);
      (found[wider] ??= []).push(code);
      waiting.push(...(broader.get(wider) ?? []));
    }
  }
  return found;
}

function wordsOf(finding: Listed, item: Item | undefined, patientLabel = ''): string {
  const texts = [finding.label, finding.patient_label, patientLabel, item?.short, item?.question, finding.code.replaceAll('_', ' ')];
  return plain([...texts, ...(finding.synonyms ?? [])].filter(Boolean).join(' '));
}

/** Lower case without accents. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The findings that have all words, those first whose own name has them. */
export function find(catalogue: Catalogue, query: string, most = 6): Item[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (plain(query).trim().length < 2) return [];
  const hits = catalogue.words.filter(([, text]) => words.every((word) => text.includes(word)));
  const items = hits.map(([code]) => catalogue.item[code]).filter((item): item is Item => item !== undefined);
  const named = (item: Item) => (words.every((word) => plain(item.label).includes(word)) ? 0 : 1);
  return items.sort((one, other) => named(one) - named(other)).slice(0, most);
}

/** What was chosen of a coded value, in words. */
export function choiceWords(item: Item | undefined, choice: string | undefined): string {
  if (!choice) return sayOf('state', 'unknown');
  return item?.choices?.find((one) => one.code === choice)?.label ?? choice;
}

/** A name where there is little room. */
export const shortName = (item: Item | undefined, code: string): string => sentence(item?.short ?? item?.label ?? code);

/** The name of something that is missing: a fact (also `taking:nsaid`), its date (`at:fever`), or that of the case (`as_of`). */
export function missingName(code: string, catalogue: Catalogue): string {
  if (code === 'as_of') return say('missing.asOf');
  const dated = code.startsWith('at:') ? code.slice(3) : '';
  const act = ACTS.find((one) => code.startsWith(`${one}:`));
  if (act) return say(`missing.${act}`, { name: shortName(catalogue.item[code], code) });
  return dated ? say('missing.date', { name: shortName(catalogue.item[dated], dated) }) : shortName(catalogue.item[code], code);
}

/** The name of a screen where there is little room. */
export const screenName = (screen: Screen): string => screen.short ?? screen.title;

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
