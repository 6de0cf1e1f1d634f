// What differs between two cases, line by line: facts, lines of the answer, verdicts. What differs comes first.
import { type Catalogue, choiceWords, sentence, shortName } from '../catalogue';
import type { Answer, Brief, Listed, Verdict } from '../contract';
import { type Facts, stateOf } from '../facts';
import { quantityWords, sayOf } from '../texts';

/** A line of the comparison: what it is about, and what it is in this case and in the second one; "" where it is not there. */
export interface Row {
  key: string;
  label: string;
  here: string;
  there: string;
  /** The recommendation whose why a side opens. */
  rule?: Listed;
  verdicts?: [Verdict | undefined, Verdict | undefined];
}

export interface Rows {
  differing: Row[];
  same: Row[];
}

function divided(rows: Row[]): Rows {
  return { differing: rows.filter((row) => row.here !== row.there), same: rows.filter((row) => row.here === row.there) };
}

/** Numbers and choices, then the findings that both cases have an answer to, then what is yes in one, then what is no in one. */
export function factRows(here: Facts, there: Facts, catalogue: Catalogue): Rows {
  const numbers = [...new Set([...Object.keys(here.numbers), ...Object.keys(there.numbers)])];
  const choices = [...new Set([...Object.keys(here.choices), ...Object.keys(there.choices)])];
  const dates = [...new Set([...Object.keys(here.dates), ...Object.keys(there.dates)])];
  const recorded = new Set([...Object.keys(here.findings), ...Object.keys(there.findings)]);
  const findings = Object.keys(catalogue.item).filter((code) => recorded.has(code));
  const row = (code: string, of: (facts: Facts) => string): Row => ({
    key: code,
    label: shortName(catalogue.item[code], code),
    here: of(here),
    there: of(there),
  });
  const asked = (code: string) => [here, there].filter((facts) => stateOf(facts, code, catalogue) !== 'unknown').length;
  const yes = (code: string) => [here, there].some((facts) => stateOf(facts, code, catalogue) === 'present');
  const rank = (code: string) => (asked(code) > 1 ? 0 : yes(code) ? 1 : 2);
  findings.sort((one, other) => rank(one) - rank(other));
  return divided([
    ...numbers.map((code) => row(code, (facts) => numberWords(facts, code))),
    ...choices.map((code) => row(code, (facts) => choiceWords(catalogue.item[code], facts.choices[code]))),
    ...dates.map((code) => row(code, (facts) => facts.dates[code]?.at ?? sayOf('state', 'unknown'))),
    ...findings.map((code) => row(code, (facts) => sayOf('state', stateOf(facts, code, catalogue)))),
  ]);
}

function numberWords({ numbers }: Facts, code: string): string {
  const found = numbers[code];
  return found ? quantityWords(found.value, found.unit) : sayOf('state', 'unknown');
}

type Part = 'do' | 'avoid' | 'ruleOut';

/** The lines of both answers: what to do, what to avoid, what to rule out. */
export function briefRows(here: Brief, there: Brief, catalogue: Catalogue): Rows {
  const rows = new Map<string, Row>();
  for (const [side, brief] of [['here', here], ['there', there]] as const) {
    for (const [part, text, rule] of linesOf(brief)) {
      const key = `${part} ${text}`;
      const row = rows.get(key) ?? { key, label: text, here: '', there: '', ...ruleOf(rule, catalogue) };
      rows.set(key, { ...row, [side]: sayOf('cmp.part', part) });
    }
  }
  return divided([...rows.values()]);
}

function linesOf(brief: Brief): [Part, string, string | undefined][] {
  return [
    ...brief.do.map((one): [Part, string, string | undefined] => ['do', one.text, one.recommendations[0]]),
    ...brief.avoid.map((one): [Part, string, string | undefined] => ['avoid', one.text, one.recommendations[0]]),
    ...brief.rule_out.map((one): [Part, string, undefined] => ['ruleOut', sentence(one.label), undefined]),
  ];
}

function ruleOf(id: string | undefined, catalogue: Catalogue): { rule?: Listed } {
  const rule = id === undefined ? undefined : catalogue.rule[id];
  return rule ? { rule } : {};
}

const URGENCIES = ['emergency', 'urgent', 'routine'];

/** The verdicts of both answers, the most urgent recommendations first. */
export function verdictRows(here: Answer, there: Answer, catalogue: Catalogue): Rows {
  const rank = ({ rule }: Row) => (URGENCIES.indexOf(rule?.urgency ?? '') + URGENCIES.length + 1) % (URGENCIES.length + 1);
  const rows = catalogue.rules.flatMap((rule): Row[] => {
    const verdicts: [Verdict | undefined, Verdict | undefined] = [here.verdicts[rule.code], there.verdicts[rule.code]];
    if (!verdicts[0] && !verdicts[1]) return [];
    const [one, other] = verdicts.map((verdict) => (verdict ? sayOf('verdict', verdict) : ''));
    return [{ key: rule.code, label: rule.label, here: one ?? '', there: other ?? '', rule, verdicts }];
  });
  return divided(rows.sort((one, other) => rank(one) - rank(other)));
}
