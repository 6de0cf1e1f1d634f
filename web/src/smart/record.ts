// The record of the patient, by the searches that the service names, as one Bundle: what could not be had is said.
import type { Settings } from './contract';
import { type Client, Stopped, wordsOf } from './session';

export interface Missing {
  /** The type of resource that is searched for. */
  type: string;
  why: string;
}

export interface PatientRecord {
  bundle: object;
  missing: Missing[];
  patient: { id: string; name: string; born: string };
}

interface Resource {
  resourceType?: string;
  id?: string;
}
interface Page extends Resource {
  link?: { relation?: string; url?: string }[];
  entry?: { fullUrl?: string; resource?: Resource }[];
}
interface Person extends Resource {
  birthDate?: string;
  name?: { use?: string; text?: string; given?: string[]; family?: string }[];
}

const MOST_PAGES = 25;
const PATIENCE = 30_000;
const ID = '{{context.patientId}}';

/** Ask for everything; `tell` hears after how many of all searches the reading is. */
export async function readRecord(client: Client, settings: Settings, signal: AbortSignal, tell: (done: number, all: number) => void): Promise<PatientRecord> {
  const id = client.patient.id ?? '';
  const { patient: of = '', ...others } = settings.searches;
  const all = Object.keys(settings.searches).length;
  let done = 0;
  const counted = <T>(value: T): T => {
    tell(++done, all);
    return value;
  };
  tell(0, all);
  const person = counted(await ask<Person>(client, of.replace(ID, encodeURIComponent(id)), signal).catch(notTheWhole));
  if (!person || Array.isArray(person) || person.resourceType !== 'Patient') throw new Stopped('noPatient');
  if (person.id !== id) throw new Stopped('otherPatient', `${person.id}, ${id}`);
  const missing: Missing[] = [];
  const entries: object[] = [{ fullUrl: `${client.state.serverUrl.replace(/\/+$/, '')}/Patient/${id}`, resource: person }];
  const asked = Object.values(others).map(async (search) => {
    const type = search.split('?')[0] ?? '';
    try {
      const pages = [await ask<Page>(client, search.replace(ID, encodeURIComponent(id)), signal)].flat();
      if (pages.some((page) => page?.resourceType !== 'Bundle')) throw new Error('no Bundle');
      entries.push(...pages.flatMap((page) => (page.entry ?? []).map(({ fullUrl, resource }) => ({ fullUrl, resource }))));
      if (pages.at(-1)?.link?.some((link) => link.relation === 'next')) missing.push({ type, why: `> ${MOST_PAGES}` });
    } catch (error) {
      if (statusOf(error) === 401 || signal.aborted) throw error;
      missing.push({ type, why: wordsOf(error) });
    }
    counted(undefined);
  });
  await Promise.all(asked).catch(notTheWhole);
  // as of a page with more to come: so nothing is taken for absent because a part of the record is not there
  const link = missing.length ? { link: [{ relation: 'next', url: client.state.serverUrl }] } : {};
  const bundle = { resourceType: 'Bundle', type: 'collection', timestamp: new Date().toISOString(), ...link, entry: entries };
  return { bundle, missing, patient: { id, name: nameOf(person), born: person.birthDate ?? '' } };
}

/** One search with all of its pages, as far as they go. */
async function ask<T extends Resource>(client: Client, url: string, signal: AbortSignal): Promise<T | T[]> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  return client.request<T | T[]>({ url, signal: patience, headers: { Accept: 'application/fhir+json' } }, { pageLimit: MOST_PAGES, flat: false });
}

/** Without the patient or without leave there is nothing to decide. */
function notTheWhole(error: unknown): never {
  const status = statusOf(error);
  if (status === 401) throw new Stopped('expired');
  throw new Stopped(status ? 'refused' : 'unreachable', wordsOf(error));
}

const statusOf = (error: unknown): number | undefined =>
  error && typeof error === 'object' && 'status' in error && typeof error.status === 'number' ? error.status : undefined;

function nameOf({ name = [] }: Person): string {
  const one = name.find(({ use }) => use === 'official') ?? name[0];
  return one?.text ?? [...(one?.given ?? []), one?.family].filter(Boolean).join(' ');
}
