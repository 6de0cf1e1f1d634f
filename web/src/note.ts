// The case as a note: plain text for a record, with what was recorded, so that silence is visible.
import { type Catalogue, choiceWords, shortName } from './catalogue';
import type { Action, Brief } from './contract';
import type { Facts, State } from './facts';
import type { Decided } from './state';
import { quantityWords, say, sayOf } from './texts';

const MOST_CHANGED = 4;

export function noteOf({ answer, facts }: Decided, catalogue: Catalogue): string {
  const { brief, knowledge, id } = answer;
  const lines = [
    `${sayOf('level', brief.level)}: ${brief.headline}`,
    brief.because.length ? `${say('brief.because')}: ${brief.because.map((one) => one.label).join('; ')}` : '',
    ...brief.level_if.map((one) => one.text),
    ...section(say('brief.do'), brief.do),
    ...section(say('brief.avoid'), brief.avoid),
    ...brief.rule_out.map((one) => `${say('brief.ruleOut')}: ${one.label} (${sayOf('suspicion', one.verdict)})`),
    brief.review ? `${say('brief.review')}: ${brief.review.text}` : '',
    `${say('sheet.recorded')}: ${recordedWords(facts, catalogue)}`,
    `${say('brief.notCovered')}: ${brief.not_covered.join('; ')}`,
    `${say('brief.sources')}: ${brief.sources.map((one) => sourceWords(one, catalogue)).join('; ')}`,
    `${reviewWords(brief)}. ${brief.disclaimer}`,
    `Spinegraph, ${say('top.knowledge')} ${knowledge.version} ${shortDigest(knowledge.digest)}, ${say('sheet.decision')} ${id.slice(0, 12)}`,
  ];
  return lines.filter(Boolean).join('\n');
}

function section(title: string, actions: Action[]): string[] {
  if (!actions.length) return [];
  return [`${title}:`, ...actions.map((one) => `- ${[one.text, one.caution, one.reading && `${say('reading')}: ${one.reading}`].filter(Boolean).join(' ')} [${one.passages.join(', ')}]`)];
}

/** Numbers, what is yes, what is no. */
export function recordedWords(facts: Facts, catalogue: Catalogue): string {
  const numbers = Object.entries(facts.numbers).map(
    ([code, { value, unit }]) => `${shortName(catalogue.item[code], code)} ${quantityWords(value, unit)}`,
  );
  const yes = named(facts, catalogue, 'present', 'both');
  const no = named(facts, catalogue, 'absent', 'both');
  return [
    [...numbers, ...choicesIn(facts, catalogue), ...datesIn(facts, catalogue)].join(', '),
    yes.length ? `${say('state.present')}: ${yes.join(', ')}` : '',
    no.length ? `${say('state.absent')}: ${no.join(', ')}` : '',
  ].filter(Boolean).join('. ') || say('sheet.nothing');
}

/** "Sex: female", of everything that was chosen. */
export function choicesIn(facts: Facts, catalogue: Catalogue): string[] {
  return Object.entries(facts.choices).map(([code, choice]) => {
    const item = catalogue.item[code];
    return `${shortName(item, code)}: ${choiceWords(item, choice)}`;
  });
}

/** "Date of fever: 2026-03", of every date. */
export function datesIn(facts: Facts, catalogue: Catalogue): string[] {
  return Object.entries(facts.dates).map(([code, { at }]) => `${shortName(catalogue.item[code], code)}: ${at}`);
}

export function named(facts: Facts, catalogue: Catalogue, ...states: State[]): string[] {
  const codes = Object.keys(facts.findings).filter((code) => states.includes(facts.findings[code] as State));
  return codes.map((code) => lower(shortName(catalogue.item[code], code)));
}

export function sourceWords(source: { id: string; date: string | null; review: string }, catalogue: Catalogue): string {
  const title = catalogue.sources[source.id]?.label ?? '';
  return [`${source.id} ${title}`, source.date, sayOf('review', source.review)].filter(Boolean).join(', ');
}

export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** "Weak foot" → "weak foot", but "MRI" as it is. */
export function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** How far the documents of an answer are reviewed, the least first: a review that is pending, or that nobody states. */
export function reviewWords(brief: Brief): string {
  const found = new Set(brief.sources.map((one) => one.review));
  const least = ['pending', 'unknown', 'none'].find((status) => found.has(status)) ?? [...found].join(', ');
  return say('top.review', { status: sayOf('review', least) });
}

/** What was recorded before, of everything that is recorded otherwise now. */
export function differenceWords(before: Facts, now: Facts, catalogue: Catalogue): string {
  const findings = new Set([...Object.keys(before.findings), ...Object.keys(now.findings)]);
  const numbers = new Set([...Object.keys(before.numbers), ...Object.keys(now.numbers)]);
  const choices = new Set([...Object.keys(before.choices), ...Object.keys(now.choices)]);
  const dates = new Set([...Object.keys(before.dates), ...Object.keys(now.dates)]);
  const changed = [
    ...[...dates].flatMap((code) =>
      before.dates[code]?.at === now.dates[code]?.at ? [] : [[code, before.dates[code]?.at ?? sayOf('state', 'unknown')]],
    ),
    ...[...choices].flatMap((code) =>
      before.choices[code] === now.choices[code] ? [] : [[code, choiceWords(catalogue.item[code], before.choices[code])]],
    ),
    ...[...numbers].flatMap((code) => {
      const old = before.numbers[code];
      const same = old?.value === now.numbers[code]?.value && old?.unit === now.numbers[code]?.unit;
      return same ? [] : [[code, old ? quantityWords(old.value, old.unit) : sayOf('state', 'unknown')]];
    }),
    ...[...findings].flatMap((code) =>
      before.findings[code] === now.findings[code] ? [] : [[code, sayOf('state', before.findings[code] ?? 'unknown')]],
    ),
  ];
  const shown = changed.slice(0, MOST_CHANGED).map(([code = '', word]) => `${shortName(catalogue.item[code], code)}: ${word}`);
  const rest = changed.length - shown.length;
  return [...shown, ...(rest ? [say('brief.more', { count: rest })] : [])].join(', ');
}
