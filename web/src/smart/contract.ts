// What the app is told by the service, and what the service says of a record.
import type { Answer } from '../contract';

export interface Settings {
  client_id: string;
  issuers: string[];
  /** Key → search, with `{{context.patientId}}` in place of the patient's id. */
  searches: Record<string, string>;
}

export interface Note {
  kind: string;
  text: string;
}

export interface ReadFact {
  member: string;
  code: string;
  value?: number;
  choice?: string;
  at?: string;
}

export interface Account {
  resources: number;
  used: number;
  patient?: string;
  attention?: (Note & { resource?: string; count?: number })[];
  assumed_absent?: { code: string; why: string }[];
  entries?: { resource: string; facts?: ReadFact[]; notes?: Note[] }[];
}

type Dates = Record<string, string | string[] | undefined>;

/** The answer to a record: also the case as it was understood, and what became of each resource. */
export interface RecordAnswer extends Answer {
  case: {
    present: string[];
    absent: string[];
    measurements: Record<string, number>;
    coded?: Record<string, string>;
    as_of?: string;
    dates?: Record<string, Dates>;
  };
  input: Account;
  disclaimer: string;
}
