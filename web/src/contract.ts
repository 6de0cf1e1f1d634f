// The answers of the service, as `GET /openapi.json` describes them; only what the page reads.

export type Level = 'emergency' | 'urgent' | 'routine' | 'undetermined';
export type Tier = 'scope' | 'safety' | 'management' | 'detail';
export type AskedOf = 'patient' | 'examiner' | 'record';
export type Audience = 'clinician' | 'patient';
export type Truth = 'true' | 'false' | 'unknown' | 'conflicting';
export type Direction = 'for' | 'against';
export type Verdict =
  | 'indicated' | 'provisional' | 'undetermined' | 'conflicting'
  | 'overridden' | 'done' | 'not-indicated' | 'out-of-scope';

export interface Item {
  code: string;
  kind: 'finding' | 'measurement' | 'coded' | 'date';
  asked_of: AskedOf;
  label: string;
  short?: string;
  question?: string;
  unit?: string;
  minimum?: number;
  maximum?: number;
  /** Of a coded value: what can be chosen. */
  choices?: { code: string; label: string }[];
  /** Of a date: the member of the request in which it is sent, and the code of the entry there that gets it. */
  member?: string;
  dates?: string;
  reading?: string;
}

export interface Screen {
  id: string;
  title: string;
  short?: string;
  question: string;
  none_of_these?: string;
  asked_of: AskedOf;
  tier: Tier;
  why?: string;
  reading?: string;
  passages: string[];
  items: Item[];
}

export interface Listed {
  kind: string;
  label: string;
  code: string;
  resource: string;
  definition?: string;
  patient_label?: string;
  synonyms?: string[];
  codes_elsewhere?: string[];
  broader?: string[];
  source?: string;
  direction?: Direction;
  modality?: string;
  urgency?: string;
  reading?: string;
  review_status?: string;
  modified?: string;
  passages?: string[];
}

export interface Marker {
  code: string;
  label: string;
}

export interface Action {
  recommendations: string[];
  text: string;
  passages: string[];
  reading: string;
  caution: string;
}

export interface Brief {
  level: Level;
  because: Marker[];
  headline: string;
  level_if: { level: string; recommendation: string; left_open_by?: string; text: string }[];
  do: Action[];
  avoid: Action[];
  rule_out: { condition: string; label: string; verdict: 'suspected' | 'undetermined' }[];
  likely: { condition: string; label: string } | null;
  review: { text: string; passages: string[] } | null;
  ask: string[];
  not_covered: string[];
  readings: string[];
  settled: boolean;
  level_final: boolean;
  open: Record<Tier, number>;
  sources: { id: string; date: string | null; review: string }[];
  disclaimer: string;
}

export interface Fact {
  code: string;
  state: 'present' | 'absent' | 'unknown' | 'contradictory' | 'known';
  basis: string;
  value?: number;
  choice?: string;
  through?: string[];
}

export interface Proof {
  iri?: string;
  label?: string;
  operator?: string;
  truth: Truth;
  fact?: Fact;
  passages?: string[];
  children?: Proof[];
}

export interface Range {
  minimum?: number;
  exclusive_minimum?: number;
  maximum?: number;
  exclusive_maximum?: number;
}

export interface Change {
  code: string;
  to: string;
  ranges?: Range[];
  choices?: string[];
}

export interface Recommendation {
  id: string;
  label: string;
  verdict?: Verdict;
  missing?: string[];
  more_missing?: number;
  text?: string;
  direction?: Direction;
  modality?: string;
  urgency?: string;
  timing?: string;
  passages?: string[];
  overrides?: string[];
  overridden_by?: string[];
  left_open_by?: string[];
  strength?: string;
  certainty?: string;
  dose?: { text: string; calculation?: string; missing?: string[] }[];
  due?: { text: string };
  preference?: string;
  flips?: Change[][];
  flips_complete?: boolean;
  explanation?: Proof;
}

export interface BriefAnswer {
  id: string;
  knowledge: { version: string; digest: string };
  brief: Brief;
  verdicts: Record<string, Verdict>;
  /** What was denied and is a reason to come back; only where it was asked for. */
  return_signs?: { code: string; label: string; level: Level }[];
}

export interface Answer extends BriefAnswer {
  screens: Screen[];
  recommendations: Recommendation[];
  tensions: { id: string; label: string }[];
  assessments: { condition: string; label: string; verdict: string }[];
  notices: { code: string; message: string; about: string[] }[];
}

/** Something that a picture can be had of. */
export interface PathwayEntry {
  code: string;
  kind: 'condition' | 'rule' | 'document';
  label: string;
  path: string;
}

/** What whoever runs the service says himself: where patients are to go. */
export interface LocalText {
  where_to_go: string;
  where_to_go_now: string;
}

export interface Passage {
  id: string;
  paraphrase: string;
  source: string;
  section: string;
  review_status: string;
  citations: { number: number; title: string; inferred: boolean; confidence: string }[];
  /** Whether the document still has these characters, and its words; only where the service has the documents. */
  document?: 'as-read' | 'changed' | 'not-at-hand';
  printed?: string;
}
