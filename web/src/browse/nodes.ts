// The sections as trees: concepts below what is wider, rules by kind, passages by document and section.
import { sentence } from '../catalogue';
import type { Catalogue } from '../catalogue';
import type { Listed } from '../contract';
import { say, sayOf } from '../texts';
import { passagePath, pathOf, type Section } from './content';
import type { Content, Use } from './contract';

export interface Node {
  key: string;
  label: string;
  /** The path of the entry that it opens; groups open none. */
  path?: string;
  id?: string;
  note?: string;
  children: Node[];
}

export function nodesOf(section: Section, content: Content, catalogue: Catalogue): Node[] {
  if (section === 'coverage') return [];
  if (section === 'rules') return byKind(content.rules);
  if (section === 'passages') return byDocument(content, catalogue);
  if (section === 'tensions') return content.tensions.map((one) => ({ ...leaf(one), id: one.code }));
  return hierarchyOf(content.concepts[section]);
}

/** The keys of everything that stands above an entry, wherever it stands. */
export function above(nodes: Node[], path: string): string[] {
  return nodes.flatMap((node) => {
    const below = above(node.children, path);
    return below.length || node.children.some((child) => child.path === path) ? [node.key, ...below] : [];
  });
}

function leaf(one: Listed): Node {
  return { key: pathOf(one), label: sentence(one.label), path: pathOf(one), children: [] };
}

/** Concepts below the next wider ones; one that has two stands below both. */
function hierarchyOf(concepts: Listed[]): Node[] {
  const known = new Map(concepts.map((one) => [one.code, one]));
  const wider = (one: Listed) => (one.broader ?? []).filter((code) => known.has(code));
  const below = new Map<string, Listed[]>();
  for (const one of concepts) {
    const far = new Set(wider(one).flatMap((code) => wider(known.get(code) as Listed)));
    const next = wider(one).filter((code) => !far.has(code));
    for (const code of next.length ? next : ['']) below.set(code, [...(below.get(code) ?? []), one]);
  }
  const made = (code: string, key: string): Node[] =>
    sorted((below.get(code) ?? []).map((one) => ({ ...leaf(one), key: `${key}/${one.code}`, children: made(one.code, `${key}/${one.code}`) })));
  return made('', '');
}

const sorted = (nodes: Node[]): Node[] => nodes.sort((one, other) => (one.label < other.label ? -1 : 1));

function byKind(rules: Listed[]): Node[] {
  const kinds = [...new Set(rules.map((one) => one.kind))];
  return kinds.map((kind) => ({
    key: kind,
    label: sayOf('kinds', kind),
    children: sorted(rules.filter((one) => one.kind === kind).map(leaf)),
  }));
}

/** Documents, their sections, and in them the passages in the order of the document. */
function byDocument({ passages, uses }: Content, catalogue: Catalogue): Node[] {
  const documents: Node[] = [];
  for (const one of passages) {
    const name = `${one.source} ${catalogue.sources[one.source]?.label ?? ''}`;
    const section = groupOf(groupOf(documents, one.source, name).children, `${one.source}/${one.section}`, titleOf(one.section));
    section.children.push({
      key: one.id,
      id: one.id,
      label: one.paraphrase,
      path: passagePath(one.id),
      note: useWords(uses[one.id]),
      children: [],
    });
  }
  return documents;
}

function groupOf(nodes: Node[], key: string, label: string): Node {
  const there = nodes.find((node) => node.key === key);
  if (there) return there;
  const made: Node = { key, label, children: [] };
  nodes.push(made);
  return made;
}

/** A section without what all of its document have in common. */
export function titleOf(section: string): string {
  const parts = section.split(' > ');
  return (parts.length > 1 ? parts.slice(1) : parts).join(', ');
}

export function useWords(use: Use | undefined): string {
  if (!use) return '';
  if (use.used_by.length) return say('browse.usedBy', { count: use.used_by.length });
  return say(use.not_modelled ? 'browse.left' : 'browse.forgotten');
}
