// What the service says of one resource, as `GET /v1/descriptions/…` answers it, and what it lists for browsing.
import type { Listed, Passage } from '../contract';

export interface Linked {
  text: string;
  href?: string;
  note?: string;
}

export interface Criterion {
  text: string;
  href?: string;
  joint?: string;
  passages?: Linked[];
  children?: Criterion[];
}

export interface Description {
  path: string;
  kind: string;
  label: string;
  code: string;
  definition: string;
  rows: { name: string; items: Linked[] }[];
  wider: Linked[];
  narrower: Linked[];
  criteria: { title: string; root: Criterion }[];
  groups: { title: string; items: Linked[]; note?: string }[];
  passages: { id: string }[];
  review: Linked[];
}

/** What rests on a passage, or why nothing does. */
export interface Use {
  passage: string;
  source: string;
  kind: string;
  used_by: string[];
  not_modelled: string;
}

/** Everything that can be browsed. */
export interface Content {
  concepts: Record<'conditions' | 'findings' | 'measurements' | 'interventions', Listed[]>;
  rules: Listed[];
  tensions: Listed[];
  passages: Passage[];
  uses: Record<string, Use>;
}
