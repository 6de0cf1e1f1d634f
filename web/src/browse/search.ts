// The search of the service over everything: names, words of patients, codes and what is said, slips of the keyboard forgiven.
import { useEffect, useState } from 'preact/hooks';
import { sentence } from '../catalogue';
import { read } from '../service';
import { CONCEPTS, passagePath } from './content';
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

export interface Found {
  groups: [Group, Hit[]][];
  total: number;
  /** Words that occur nowhere, and those that were looked for instead. */
  readAs: [string, string[]][];
  /** Nothing has all of the words. */
  partly: boolean;
}

export interface Searching {
  found: Found | undefined;
  failed: boolean;
  retry: () => void;
}

interface Item {
  resource: string;
  kind: string;
  label: string;
  code: string;
  match: string;
  found_in: string;
  text: string;
}

interface Reply {
  total: number;
  read_as: Record<string, string[]>;
  items: Item[];
}

const OF_KIND: Record<string, Group> = {
  condition: 'conditions',
  finding: 'findings',
  measurement: 'measurements',
  intervention: 'interventions',
  rule: 'rules',
  passage: 'passages',
  tension: 'tensions',
};
const OTHER_NAMES = ['words for patients', 'synonym', 'code elsewhere'];
const MOST = 200; // as many as the service lists
const PAUSE = 120; // milliseconds without another letter, before the service is asked

/** What the service finds, by group, the best first; nothing while it is asked for the first time. */
export function useSearch(query: string, content: Content): Searching {
  const [found, setFound] = useState<Found>();
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setFailed(false);
    if (!wanted(query)) {
      setFound(undefined);
      return;
    }
    const control = new AbortController();
    const later = setTimeout(() => {
      search(query, content, control.signal).then(setFound, () => !control.signal.aborted && setFailed(true));
    }, PAUSE);
    return () => {
      clearTimeout(later);
      control.abort();
    };
  }, [query, content, tries]);
  return { found, failed, retry: () => setTries(tries + 1) };
}

/** Whether there is enough to be looked for. */
export const wanted = (query: string): boolean => (query.match(/[\p{L}\p{N}]/gu) ?? []).length > 1;

async function search(query: string, content: Content, signal: AbortSignal): Promise<Found> {
  const kinds = Object.keys(OF_KIND).join(',');
  const reply = await read<Reply>(`./v1/search?q=${encodeURIComponent(query)}&kind=${kinds}&limit=${MOST}`, signal);
  const paraphrases = new Map(content.passages.map((one) => [one.id, one.paraphrase]));
  const hits = reply.items.flatMap((one) => hitOf(one, paraphrases));
  const groups = GROUPS.map((group) => [group, hits.filter((one) => one.group === group)] as [Group, Hit[]]);
  return {
    groups: groups.filter(([, all]) => all.length > 0),
    total: reply.total,
    readAs: Object.entries(reply.read_as),
    partly: reply.items[0]?.match === 'some words',
  };
}

function hitOf(one: Item, paraphrases: Map<string, string>): Hit[] {
  const group = OF_KIND[one.kind];
  if (!group) return [];
  if (group === 'passages') return [{ group, path: passagePath(one.code), label: paraphrases.get(one.code) ?? one.text, id: one.code, also: '' }];
  const also = OTHER_NAMES.includes(one.found_in) ? one.text : '';
  return [{ group, path: one.resource.slice(1), label: sentence(one.label), id: group === 'tensions' ? one.code : '', also }];
}
