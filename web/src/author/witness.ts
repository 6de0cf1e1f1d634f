// A patient who shows something, and how he is opened.
import type { Catalogue } from '../catalogue';
import { dated, type Facts, type State } from '../facts';
import { writeFragment } from '../fragment';

export interface Witness {
  case: {
    present: string[];
    absent: string[];
    measurements: Record<string, number>;
    coded?: Record<string, string>;
    as_of?: string;
    dates?: Record<string, Record<string, string>>;
  };
  words: string[];
  shows: string[];
}

/** What is recorded of a patient. */
export function factsOf({ case: patient }: Witness, catalogue: Catalogue): Facts {
  const findings: Record<string, State> = {};
  for (const code of patient.present) findings[code] = 'present';
  for (const code of patient.absent) findings[code] = findings[code] ? 'both' : 'absent';
  const units = Object.entries(patient.measurements).map(([code, value]) => [code, { value, unit: catalogue.item[code]?.unit ?? '' }]);
  let facts: Facts = { findings, numbers: Object.fromEntries(units), choices: patient.coded ?? {}, dates: {} };
  for (const item of Object.values(catalogue.item)) {
    if (item.kind !== 'date') continue;
    facts = dated(facts, item, item.dates ? patient.dates?.[item.member ?? '']?.[item.dates] : patient.as_of);
  }
  return facts;
}

/** The address of a patient in the Case tab. */
export function addressOf(witness: Witness, catalogue: Catalogue): string {
  return writeFragment(factsOf(witness, catalogue), false) || '#';
}
