// Lines of two cases beside each other: what differs is seen at once, what is the same can be unfolded.
import { explainRule } from '../actions';
import type { Facts } from '../facts';
import { writeFragment } from '../fragment';
import { say, sayOf } from '../texts';
import { markOf } from '../verdicts';
import { Icon, type IconName } from '../components/Icon';
import type { Row, Rows } from './rows';

interface Props {
  id: 'facts' | 'brief' | 'verdicts';
  rows: Rows;
  other: Facts;
}

export function Table({ id, rows, other }: Props) {
  return (
    <section aria-labelledby={`cmp-${id}`}>
      <h2 class="page-part" id={`cmp-${id}`}>
        {sayOf('cmp', id)} <span class="cnt">{rows.differing.length}</span>
      </h2>
      <div class="card">
        {rows.differing.length ? <Lines id={id} rows={rows.differing} other={other} /> : <p class="nothing">{say('cmp.same')}</p>}
        {rows.same.length > 0 && (
          <details class="cmp-same">
            <summary>{say('cmp.alike', { count: rows.same.length })}</summary>
            <Lines id={id} rows={rows.same} other={other} />
          </details>
        )}
      </div>
    </section>
  );
}

function Lines({ id, rows, other }: { id: string; rows: Row[]; other: Facts }) {
  return (
    <table class="cmp-t" data-of={id}>
      <thead>
        <tr>
          <th scope="col">{sayOf('cmp.head', id)}</th>
          <th scope="col">{say('cmp.here')}</th>
          <th scope="col">{say('cmp.there')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} data-differs={row.here !== row.there || undefined}>
            <th scope="row">{row.label}</th>
            <td>
              <Here row={row} />
            </td>
            <td>
              <There row={row} other={other} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** This side: a press opens why. */
function Here({ row }: { row: Row }) {
  if (!row.rule || (!row.here && !row.verdicts)) return <Face row={row} side={0} />;
  const rule = row.rule.code;
  return (
    <button type="button" class="cmp-why" aria-label={say('cmp.whyHere', { name: row.label, word: row.here })} onClick={() => explainRule(rule)}>
      <Face row={row} side={0} />
    </button>
  );
}

/** The other side: a press opens the second case, with its why. */
function There({ row, other }: { row: Row; other: Facts }) {
  if (!row.rule || (!row.there && !row.verdicts)) return <Face row={row} side={1} />;
  return (
    <a class="cmp-why" aria-label={say('cmp.whyThere', { name: row.label, word: row.there })} href={`./${writeFragment(other, false, 'case', row.rule.code)}`}>
      <Face row={row} side={1} />
    </a>
  );
}

function Face({ row, side }: { row: Row; side: 0 | 1 }) {
  const verdict = row.verdicts?.[side];
  const word = side ? row.there : row.here;
  return (
    <span class="cmp-v" data-none={!word || undefined}>
      {verdict && row.rule && <Icon name={markOf(verdict, row.rule) as IconName} kind={verdict} />}
      <span>{word || say('cmp.notThere')}</span>
    </span>
  );
}
