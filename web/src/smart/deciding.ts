// A record → its answer; and the case of the answer as the console keeps it.
import type { Catalogue } from '../catalogue';
import { dated, type Facts, isDate, NOTHING, type State } from '../facts';
import { reasonOf } from '../service';
import type { RecordAnswer } from './contract';
import { Stopped, wordsOf } from './session';

/** The answer to a record, with the proof of a recommendation where one is named. */
export async function decideRecord(bundle: object, patient: string, rule: string, signal: AbortSignal): Promise<RecordAnswer> {
  const query = new URLSearchParams({ view: 'standard', verdicts: 'true', as_of: 'timestamp', subject: `Patient/${patient}` });
  if (rule) query.set('explain', rule);
  let reply: Response;
  try {
    reply = await fetch(`./v1/decisions?${query}`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/fhir+json' },
      body: JSON.stringify(bundle),
      signal,
    });
  } catch (error) {
    throw new Stopped('service', wordsOf(error));
  }
  if (!reply.ok) throw new Stopped('service', await reasonOf(reply));
  return reply.json();
}

/** The facts of an answer, with the dates for which the console has a question. */
export function factsOf(answer: RecordAnswer, catalogue: Catalogue): Facts {
  const { present, absent, measurements, coded = {}, as_of = '', dates = {} } = answer.case;
  const findings: Record<string, State> = {};
  for (const code of present) findings[code] = 'present';
  for (const code of absent) findings[code] = findings[code] ? 'both' : 'absent';
  const numbers = Object.entries(measurements).map(([code, value]) => [code, { value: Number(value.toFixed(6)), unit: catalogue.item[code]?.unit ?? '' }]);
  let facts: Facts = { ...NOTHING, findings, numbers: Object.fromEntries(numbers), choices: coded };
  const stamps = [['as_of', as_of], ...Object.values(dates).flatMap((of) => Object.entries(of).map(([code, at]) => [`at:${code}`, at]))];
  for (const [code, at] of stamps) {
    const item = typeof code === 'string' ? catalogue.item[code] : undefined;
    const day = typeof at === 'string' ? at.slice(0, 10) : '';
    if (item && isDate(day)) facts = dated(facts, item, day);
  }
  return facts;
}
