// What two states of the knowledge state and decide differently, as the service tells it, and as the page groups it.
import type { Witness } from '../author/witness';
import type { Catalogue } from '../catalogue';
import { Refused, reasonOf } from '../service';

interface Place {
  file: string;
  line: number;
}

export interface Responsible {
  subject: string;
  alone: boolean;
  shapes: string[];
  passages: string[];
  place: Place | null;
}

type Outcome = [subject: string, old: string, now: string];

export interface Statement {
  kind: string;
  subject: string;
  label: string;
  how: 'added' | 'removed' | 'changed';
  fields: { field: string; old: string[]; new: string[] }[];
  place: Place | null;
}

interface Version {
  name: string;
  version: string;
  digest: string;
}

export interface Difference {
  old: Version;
  new: Version;
  statements: Statement[];
  patients: { witness: Witness; outcomes: Outcome[]; responsible: Responsible[] }[];
  compared: number;
  differing: string[];
  review: string[];
}

/** One way in which a rule decides otherwise, and the first patient who shows it. */
export interface Turn {
  old: string;
  now: string;
  witness: Witness;
  responsible: Responsible[];
}

export interface Changed {
  subject: string;
  id: string;
  label: string;
  /** Whether it is a recommendation, not a rule that one rests on. */
  advises: boolean;
  turns: Turn[];
}

const TRUTHS = ['', 'holds', 'refuted', 'open', 'contradictory'];

/** What the service compares its knowledge with; undefined where it was told nothing. */
export async function loadComparison(): Promise<Difference | undefined> {
  const reply = await fetch('./v1/comparison', { headers: { Accept: 'application/json' } });
  if (reply.status === 404) return undefined;
  if (!reply.ok) throw new Refused(await reasonOf(reply));
  return reply.json();
}

/** Every rule that decides somebody otherwise: recommendations first. */
export function changedRules({ patients, statements }: Difference, catalogue: Catalogue): Changed[] {
  const found = new Map<string, Changed>();
  for (const { witness, outcomes, responsible } of patients) {
    for (const [subject, old, now] of outcomes) {
      const rule = found.get(subject) ?? named(subject, statements, catalogue);
      if (!rule.turns.some((turn) => turn.old === old && turn.now === now)) rule.turns.push({ old, now, witness, responsible });
      rule.advises ||= !TRUTHS.includes(old) || !TRUTHS.includes(now);
      found.set(subject, rule);
    }
  }
  return [...found.values()].sort((one, other) => Number(other.advises) - Number(one.advises));
}

function named(subject: string, statements: Statement[], catalogue: Catalogue): Changed {
  const id = subject.slice(subject.indexOf(':') + 1);
  return { subject, id, label: labelOf(subject, statements, catalogue), advises: false, turns: [] };
}

/** The name of a rule or another statement, of either state. */
export function labelOf(subject: string, statements: Statement[], catalogue: Catalogue): string {
  const id = subject.slice(subject.indexOf(':') + 1);
  return catalogue.rule[id]?.label ?? statements.find((one) => one.subject === subject)?.label ?? subject;
}

/** The lines of a property that went and that came; what stayed is left out. */
export function linesOf(field: Statement['fields'][number]): { sign: '−' | '+'; text: string }[] {
  const gone = field.old.filter((line) => !field.new.includes(line));
  const come = field.new.filter((line) => !field.old.includes(line));
  return [...gone.map((text) => ({ sign: '−' as const, text })), ...come.map((text) => ({ sign: '+' as const, text }))];
}
