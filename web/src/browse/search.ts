// A search over everything: names, other names, words of patients, codes here and elsewhere, and what is said.
import { plain, sentence } from '../catalogue';
import { CONCEPTS, passagePath, pathOf } from './content';
import type { Content } from './contract';

export const GROUPS = [...CONCEPTS, 'rules', 'passages', 'tensions'] as const;
export type Group = (typeof GROUPS)[number];

export interface Hit {
  group: Group;
  path: string;
  label: string;
  id: string;
  /** The other name by which it was found. */
  also: string;
}

interface Entry extends Omit<Hit, 'also'> {
  names: string[];
  said: string;
}

export function entriesOf(content: Content): Entry[] {
  const lists = [...CONCEPTS.map((group) => [group, content.concepts[group]] as const), ['rules', content.rules] as const, ['tensions', content.tensions] as const];
  const listed = lists.flatMap(([group, all]) =>
    all.map((one) => ({
      group,
      path: pathOf(one),
      label: sentence(one.label),
      id: group === 'tensions' ? one.code : '',
      names: [one.label, one.patient_label ?? '', ...(one.synonyms ?? []), one.code, ...(one.codes_elsewhere ?? [])].filter(Boolean),
      said: one.definition ?? '',
    })),
  );
  const passages = content.passages.map((one) => ({
    group: 'passages' as const,
    path: passagePath(one.id),
    label: one.paraphrase,
    id: one.id,
    names: [one.id],
    said: `${one.paraphrase} ${one.printed ?? ''}`,
  }));
  return [...listed, ...passages];
}

/** Everything that has all words, by group, the best first: named so, then called so otherwise, then said of it. */
export function found(entries: Entry[], query: string): [Group, Hit[]][] {
  const words = folded(query).split(' ').filter(Boolean);
  if (folded(query).trim().length < 2) return [];
  const has = (text: string) => words.every((word) => text.includes(word));
  const hits = entries.flatMap((one) => {
    const names = one.names.map(folded);
    if (!has(`${names.join(' ')} ${folded(one.said)}`)) return [];
    const named = names.findIndex(has);
    const rank = names.includes(words.join(' ')) ? 0 : named === 0 ? 1 : named > 0 ? 2 : 3;
    return [{ ...one, also: named > 0 ? (one.names[named] ?? '') : '', rank }];
  });
  hits.sort((one, other) => one.rank - other.rank); // a stable sort: passages stay in the order of their documents
  return GROUPS.map((group) => [group, hits.filter((one) => one.group === group)] as [Group, Hit[]]).filter(([, all]) => all.length > 0);
}

const folded = (text: string): string => plain(text).replace(/[-_]/g, ' ').replace(/\s+/g, ' ');
