// A patient for whom a recommendation holds: a row of its decision table, tried until the answer says that it does.
import type { Catalogue } from '../catalogue';
import type { Verdict } from '../contract';
import { answered, type Facts, measured, NOTHING } from '../facts';
import { decideInBrief, read } from '../service';

interface Table {
  columns: { code: string; unit: string }[];
  rows: { facts: { code: string; state: string; example?: number }[] }[];
}

export interface Patient {
  facts: Facts;
  verdict: Verdict;
}

const MOST_TRIED = 8;
const HOLDING: Verdict[] = ['indicated', 'provisional'];

/** The first patient for whom it is plainly indicated, else one for whom it is so for now, else nobody. */
export async function patientFor(rule: string, catalogue: Catalogue, signal: AbortSignal): Promise<Patient | undefined> {
  const table = await read<Table>(`/v1/recommendations/${encodeURIComponent(rule)}/table`, signal);
  let second: Patient | undefined;
  for (const row of table.rows.slice(0, MOST_TRIED)) {
    const facts = factsOf(row, table, catalogue);
    const verdict = facts && (await decideInBrief(facts, signal)).verdicts[rule];
    if (!facts || !verdict || !HOLDING.includes(verdict)) continue;
    if (verdict === 'indicated') return { facts, verdict };
    second ??= { facts, verdict };
  }
  return second;
}

/** The facts of a row, where the page can hold all of them; what may be unknown stays unknown. */
function factsOf(row: Table['rows'][number], table: Table, catalogue: Catalogue): Facts | undefined {
  let facts = NOTHING;
  for (const { code, state, example } of row.facts) {
    if (!Object.hasOwn(catalogue.item, code)) return undefined;
    if (state === 'present' || state === 'absent') facts = answered(facts, { [code]: state });
    if (state === 'measured') {
      const unit = catalogue.item[code]?.unit ?? table.columns.find((one) => one.code === code)?.unit;
      if (example === undefined || !unit) return undefined;
      facts = measured(facts, code, { value: example, unit });
    }
  }
  return facts;
}
