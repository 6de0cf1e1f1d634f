// The content of the service, loaded once for the tab, and the sections in which it is browsed.
import type { Catalogue } from '../catalogue';
import type { Listed, Passage } from '../contract';
import { read } from '../service';
import type { Content, Use } from './contract';

export const CONCEPTS = ['conditions', 'findings', 'measurements', 'interventions'] as const;
export const SECTIONS = [...CONCEPTS, 'rules', 'passages', 'tensions', 'coverage'] as const;
export type Section = (typeof SECTIONS)[number];

export async function loadContent({ rules }: Catalogue): Promise<Content> {
  const listed = async (name: string) => (await read<{ items: Listed[] }>(`./v1/${name}?limit=500`)).items;
  const [conditions, findings, measurements, interventions, tensions, { passages }, { statements }] = await Promise.all([
    listed('conditions'),
    listed('findings'),
    listed('measurements'),
    listed('interventions'),
    listed('tensions'),
    read<{ passages: Passage[] }>('./v1/passages'),
    read<{ statements: Use[] }>('./coverage'),
  ]);
  const uses = Object.fromEntries(statements.map((one) => [one.passage, one]));
  return { concepts: { conditions, findings, measurements, interventions }, rules, tensions, passages, uses };
}

/** The path by which an entry is named in the address: that of its page. */
export const pathOf = (one: Listed): string => one.resource.slice(1);

export const passagePath = (id: string): string => `passage/${id}`;

/** How many entries a section has. */
export function countOf(section: Section, content: Content): number {
  if (section === 'coverage') return 0;
  return section === 'rules' || section === 'passages' || section === 'tensions' ? content[section].length : content.concepts[section].length;
}

/** Where an entry is listed; other things, such as criteria and screens, are listed nowhere. */
export function sectionOf(entry: string, content: Content): Section | undefined {
  const named = SECTIONS.find((section) => section === entry);
  if (named) return named;
  const [kind] = entry.split('/');
  if (kind === 'rule') return 'rules';
  if (kind === 'passage') return 'passages';
  if (kind === 'tension') return 'tensions';
  return CONCEPTS.find((section) => content.concepts[section].some((one) => pathOf(one) === entry));
}
