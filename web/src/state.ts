// The state of the page. It changes by `store.set` alone; components read it with `useStore`.
import { useEffect, useState } from 'preact/hooks';
import type { Catalogue } from './catalogue';
import type { Answer, BriefAnswer, LocalText } from './contract';
import { type Facts, NOTHING } from './facts';
import type { Tab } from './fragment';
import type { Language } from './texts';
import type { Lane, Places } from './verdicts';

export type Theme = 'light' | 'dark';

/** An answer, and the facts for which it stands. */
export interface Decided {
  answer: Answer;
  facts: Facts;
  places: Places;
  before: Places;
}

/** The screen that is asked now, and the codes of the items that are shown of it. */
export interface Asking {
  screen: string;
  items: string[];
}

export interface State {
  catalogue: Catalogue | undefined;
  tab: Tab;
  entry: string;
  facts: Facts;
  past: Facts[];
  decided: Decided | undefined;
  /** What became of the last request: `waiting` for it, `late` after a while, `lost` without a connection, `refused`. */
  status: 'idle' | 'waiting' | 'late' | 'lost' | 'refused';
  reason: string;
  unknown: string[];
  asking: Asking | undefined;
  skipped: string[];
  group: string | undefined;
  lane: Lane | undefined;
  patient: boolean;
  forPatient: { answer: BriefAnswer; facts: Facts } | undefined;
  local: LocalText;
  why: string | undefined;
  /** The case that this one is compared with, and whether versions are compared instead. */
  other: Facts | undefined;
  versions: boolean;
  dialog: 'keys' | undefined;
  copied: boolean;
  keysOn: boolean;
  theme: Theme;
  language: Language;
}

export const START: State = {
  catalogue: undefined,
  tab: 'case',
  entry: '',
  facts: NOTHING,
  past: [],
  decided: undefined,
  status: 'idle',
  reason: '',
  unknown: [],
  asking: undefined,
  skipped: [],
  group: undefined,
  lane: undefined,
  patient: false,
  forPatient: undefined,
  local: { where_to_go: '', where_to_go_now: '' },
  why: undefined,
  other: undefined,
  versions: false,
  dialog: undefined,
  copied: false,
  keysOn: true,
  theme: 'light',
  language: 'en',
};

type Listener = () => void;

class Store {
  state: State = START;
  private listeners = new Set<Listener>();

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export const store = new Store();

export function useStore(): State {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), []);
  return state;
}
