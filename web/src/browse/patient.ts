// A patient for whom a recommendation holds, as the service finds him.
import type { Catalogue } from '../catalogue';
import type { Verdict } from '../contract';
import type { Facts } from '../facts';
import { read } from '../service';
import type { Example } from '../tabs/contract';
import { factsOf } from '../tabs/examples';

interface Witness {
  verdict: Verdict | null;
  case: Example['case'] | null;
}

/** His facts; undefined where there is nobody, or where the page cannot hold them all. */
export async function patientFor(rule: string, catalogue: Catalogue, signal: AbortSignal): Promise<Facts | undefined> {
  const found = await read<Witness>(`./v1/recommendations/${encodeURIComponent(rule)}/patient`, signal);
  return found.case ? factsOf({ case: found.case }, catalogue) : undefined;
}
