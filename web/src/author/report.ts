// What validation answers, as far as the page reads it, and the asking.
import { Refused, reasonOf } from '../service';
import type { Witness } from './witness';

export interface Place {
  file: string;
  line: number;
  column: number;
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

/** Validate a text beside the content of the service. */
export async function validate(name: string, text: string, signal: AbortSignal): Promise<Report> {
  const reply = await fetch(`./v1/validation?${new URLSearchParams({ name })}`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'text/turtle' },
    body: text,
    signal,
  });
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return reply.json();
}
