// Why: the chain from the facts to the passage for one recommendation, and what would change it.
import { useEffect, useState } from 'preact/hooks';
import { explainRule } from '../actions';
import type { Listed, Recommendation } from '../contract';
import { explain } from '../service';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { laneOf, markOf } from '../verdicts';
import { Criterion, FactsOf } from './Chain';
import { Dialog } from './Dialog';
import { Flips } from './Flips';
import { Icon, type IconName } from './Icon';
import { Passages } from './Passages';

export function Why({ rule }: { rule: string }) {
  const { decided, catalogue } = useStore();
  const [found, setFound] = useState<Recommendation>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!decided) return undefined;
    const control = new AbortController();
    explain(decided.facts, rule, control.signal).then(setFound, () => !control.signal.aborted && setFailed(true));
    return () => control.abort();
  }, []);
  const listed = catalogue?.rule[rule];
  if (!decided || !catalogue || !listed) return null;
  return (
    <Dialog name="why" kick={say('why.title')} title={listed.label} below={found && <Standing rule={listed} found={found} />} onClose={() => explainRule(undefined)}>
      {failed && <p class="note">{say('why.lost')}</p>}
      {!found && !failed && <p class="loading">{say('why.loading')}</p>}
      {found && (
        <>
          <Chain rule={listed} found={found} />
          <Flips found={found} />
        </>
      )}
    </Dialog>
  );
}

/** From the facts to the passage, in four steps. */
export function Chain({ rule, found }: { rule: Listed; found: Recommendation }) {
  return (
    <ol class="chain">
      <li>
        <h3>{say('why.facts')}</h3>
        <FactsOf proof={found.explanation} />
      </li>
      <li data-truth={found.explanation?.truth}>
        <h3>
          {say('why.criterion')} <span class="tr">{sayOf('truth', found.explanation?.truth ?? 'unknown')}</span>
        </h3>
        <Criterion proof={found.explanation} />
      </li>
      <li>
        <h3>{say('why.rule')}</h3>
        <Rule rule={rule} found={found} />
      </li>
      <li>
        <Passages ids={found.passages ?? []} />
      </li>
    </ol>
  );
}

export function Standing({ rule, found }: { rule: Listed; found: Recommendation }) {
  const { catalogue } = useStore();
  if (!catalogue || !found.verdict) return null;
  const lane = laneOf(found.verdict, rule, found, catalogue);
  return (
    <p class="wv">
      <Icon name={markOf(found.verdict, rule) as IconName} kind={found.verdict} />
      <span>
        <b>{sayOf('laneWord', lane)}</b>, {[urgencyWord(rule), strengthWord(rule)].filter(Boolean).join(', ')}
      </span>
    </p>
  );
}

function Rule({ rule, found }: { rule: Listed; found: Recommendation }) {
  const { catalogue, decided } = useStore();
  const { do: orders = [], avoid = [] } = decided?.answer.brief ?? {};
  const lines = [...orders, ...avoid].filter((line) => line.recommendations.includes(rule.code));
  const readings = new Set([rule.reading ?? '', ...lines.map((line) => line.reading)].filter(Boolean));
  const names = (ids: string[]) => ids.map((id) => catalogue?.rule[id]?.label ?? catalogue?.item[id]?.label ?? id).join('; ');
  return (
    <>
      <p>{found.text}</p>
      <p class="src">
        {[strengthWord(rule), urgencyWord(rule), found.timing].filter(Boolean).join(', ')} <code class="rid">{rule.code}</code>
      </p>
      <p class="src">
        <a class="table" href={`./v1/recommendations/${encodeURIComponent(rule.code)}/table`}>
          {say('why.table')}
        </a>
      </p>
      {found.overrides?.length ? <p class="src">{say('why.sets', { names: names(found.overrides) })}</p> : null}
      {found.overridden_by?.length ? <p class="src">{say('line.gives', { names: names(found.overridden_by) })}</p> : null}
      {found.left_open_by?.length ? <p class="src">{say('line.open', { names: names(found.left_open_by) })}</p> : null}
      <Stated found={found} />
      {[...readings].map((reading) => (
        <p class="caution" key={reading}>
          <b>{say('why.ourReading')}.</b> {reading}
        </p>
      ))}
    </>
  );
}

/** What the source states besides for whom: the doses worked out, when it is due again, its grade, what to weigh together. */
function Stated({ found }: { found: Recommendation }) {
  const { catalogue } = useStore();
  const names = (codes: string[]) => codes.map((code) => catalogue?.item[code]?.label ?? code).join(', ');
  const grade = found.strength && say('why.graded', { strength: sayOf('grade', found.strength), certainty: sayOf('grade', found.certainty ?? '') });
  return (
    <>
      {(found.dose ?? []).map((dose) => (
        <p class="dose" key={dose.text}>
          <b>{say('why.dose')}.</b> {dose.text}
          {dose.calculation && <span class="worked">{dose.calculation}</span>}
          {dose.missing?.length ? <span class="worked">{say('why.doseMissing', { names: names(dose.missing) })}</span> : null}
        </p>
      ))}
      {found.due && (
        <p class="src">
          <b>{say('why.again')}.</b> {found.due.text}
        </p>
      )}
      {found.preference && (
        <p class="src">
          <b>{say('why.preference')}.</b> {found.preference}
        </p>
      )}
      {grade && <p class="src">{grade}</p>}
    </>
  );
}

function urgencyWord(rule: Listed): string {
  return rule.urgency === 'emergency' || rule.urgency === 'urgent' ? sayOf('urgency', rule.urgency) : '';
}

function strengthWord(rule: Listed): string {
  return rule.direction === 'against' ? say('against') : sayOf('modality', rule.modality ?? '');
}
