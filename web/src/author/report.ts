// What validation answers, as far as the page reads it, and the asking.
import type { Catalogue } from '../catalogue';
import type { Facts, State } from '../facts';
import { writeFragment } from '../fragment';
import { Refused, reasonOf } from '../service';

export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface Witness {
  case: { present: string[]; absent: string[]; measurements: Record<string, number> };
  words: string[];
  shows: string[];
}

export interface Diagnostic {
  id: string;
  name: string;
  severity: 'error' | 'warning' | 'note';
  fingerprint: string;
  place: Place;
  subject: string;
  label: string;
  what: string;
  why: string;
  mend: string;
  help: string;
  witness?: Witness | null;
}

export interface Report {
  complete: boolean;
  summary: { error: number; warning: number; note: number };
  not_run: { check: string; reason: string }[];
  diagnostics: Diagnostic[];
}

export const FILE = 'shapes/rules/draft.ttl';

/** Validate a text beside the content of the service. */
export async function validate(text: string, signal: AbortSignal): Promise<Report> {
  const reply = await fetch(`/v1/validation?${new URLSearchParams({ name: FILE })}`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'text/turtle' },
    body: text,
    signal,
  });
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return reply.json();
}

/** The address of a patient in the Case tab. */
export function addressOf({ case: patient }: Witness, catalogue: Catalogue): string {
  const findings: Record<string, State> = {};
  for (const code of patient.present) findings[code] = 'present';
  for (const code of patient.absent) findings[code] = findings[code] ? 'both' : 'absent';
  const units = Object.entries(patient.measurements).map(([code, value]) => [code, { value, unit: catalogue.item[code]?.unit ?? '' }]);
  const facts: Facts = { findings, numbers: Object.fromEntries(units) };
  return writeFragment(facts, false) || '#';
}
