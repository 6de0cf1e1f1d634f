// The session with the FHIR server that launched the page (SMART App Launch 2.2; EHR launch of 1.0): its token stays in this browser.
import FHIR from 'fhirclient';
import type Client from 'fhirclient/lib/Client';
import type { Settings } from './contract';

export type { Client };

/** The page cannot go on: `reason` names why, `detail` is what was said. */
export class Stopped extends Error {
  constructor(readonly reason: Reason, readonly detail = '') {
    super(detail);
  }
}

export type Reason = 'unknown' | 'denied' | 'expired' | 'unreachable' | 'noPatient' | 'otherPatient' | 'refused' | 'service';

const RULE = 'spinegraph.rule';
const KEY = 'SMART_KEY';
const ADDRESS = /^https?:\/\//;
const NAME = /^[\w.-]{1,200}$/;

const plain = (url: string): string => url.replace(/\/+$/, '');

/** Where the page is asked to begin: a launch, the way back from it, a page loaded again, or nothing at all. */
export function beginningOf(address: URL): 'launch' | 'back' | 'again' | 'nothing' {
  const given = address.searchParams;
  if (given.has('iss') || given.has('fhirServiceUrl')) return 'launch';
  if (given.has('state') || given.has('error')) return 'back';
  return sessionStorage.getItem(KEY) ? 'again' : 'nothing';
}

/** Ask the server for its leave, in this window; nothing is asked of a server that is not allowed. */
export async function launch(settings: Settings, address: URL): Promise<never> {
  const given = address.searchParams;
  const iss = given.get('iss') ?? given.get('fhirServiceUrl') ?? '';
  if (!ADDRESS.test(iss) || !settings.issuers.includes(plain(iss))) throw new Stopped('unknown', iss.slice(0, 200));
  remember(given.get('rule') ?? '');
  const started = given.get('launch');
  try {
    await FHIR.oauth2.authorize({
      clientId: settings.client_id,
      iss,
      ...(started ? { launch: started } : {}),
      scope: `${started ? 'launch' : 'launch/patient'} openid fhirUser ${scopes(settings, await readsByVersion2(iss))}`,
      redirectUri: plain(address.href.split(/[?#]/)[0] ?? ''),
      pkceMode: 'ifSupported',
      completeInTarget: true,
    });
  } catch (error) {
    throw new Stopped('unreachable', wordsOf(error));
  }
  return new Promise(() => undefined); // the window is on its way to the server
}

/** The session after the way back. */
export async function ready(settings: Settings, address: URL): Promise<Client> {
  const said = address.searchParams.get('error_description') ?? address.searchParams.get('error');
  if (said !== null) throw new Stopped('denied', said.slice(0, 300));
  let client: Client;
  try {
    client = await FHIR.oauth2.ready();
  } catch (error) {
    throw new Stopped('denied', wordsOf(error));
  }
  if (!settings.issuers.includes(plain(client.state.serverUrl))) throw new Stopped('unknown', client.state.serverUrl);
  if (!client.patient.id) throw new Stopped('noPatient');
  return client;
}

/** The recommendation that is to be explained: of the card by which the page was opened, else of the launch. */
export function ruleOf(client: Client): string {
  const context = client.state.tokenResponse?.appContext;
  const told = typeof context === 'string' ? explainedBy(context) : '';
  return told || explained(sessionStorage.getItem(RULE));
}

/** `appContext` of our cards: JSON with the recommendation as `explain`, or its name alone. */
function explainedBy(context: string): string {
  try {
    const told: unknown = JSON.parse(context);
    return explained(told && typeof told === 'object' && 'explain' in told ? told.explain : told);
  } catch {
    return explained(context);
  }
}

const explained = (name: unknown): string => (typeof name === 'string' && NAME.test(name) ? name : '');

function remember(rule: string): void {
  if (explained(rule)) sessionStorage.setItem(RULE, rule);
  else sessionStorage.removeItem(RULE);
}

/** Whether this window has been launched for another patient meanwhile, as in a second frame of the same record. */
export function isReplaced(client: Client): boolean {
  const key: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  const state: unknown = typeof key === 'string' ? JSON.parse(sessionStorage.getItem(key) ?? 'null') : null;
  if (!state || typeof state !== 'object' || !('tokenResponse' in state)) return false;
  const { patient } = state.tokenResponse as { patient?: string };
  return patient !== undefined && patient !== client.patient.id;
}

const scopes = ({ searches }: Settings, second: boolean): string =>
  [...new Set(Object.values(searches).map((search) => search.split(/[/?]/)[0]))].map((type) => `patient/${type}.${second ? 'rs' : 'read'}`).join(' ');

/** Whether the server has the scopes of version 2. */
async function readsByVersion2(iss: string): Promise<boolean> {
  try {
    const reply = await fetch(`${plain(iss)}/.well-known/smart-configuration`, { headers: { Accept: 'application/json' } });
    const { capabilities } = reply.ok ? ((await reply.json()) as { capabilities?: string[] }) : {};
    return capabilities?.includes('permission-v2') ?? false;
  } catch {
    return false; // a server of version 1 has no such document; whether it can be reached at all, the next step says
  }
}

export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
}
