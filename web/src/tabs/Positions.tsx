// The positions of a disagreement side by side: who takes each, in which passages, and where the case stands.
import { explainRule } from '../actions';
import { sentence } from '../catalogue';
import { Icon, type IconName } from '../components/Icon';
import type { Passage, Verdict } from '../contract';
import { isEmpty } from '../facts';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { markOf } from '../verdicts';
import type { Position, Tension } from './contract';
import { inOrder, speaks } from './tensions';

type Passages = Record<string, Passage>;

export function Positions({ tension, passage }: { tension: Tension; passage: Passages }) {
  const { decided } = useStore();
  const verdicts = decided && !isEmpty(decided.facts) ? decided.answer.verdicts : {};
  return (
    <ul class="sides" data-many={tension.positions.length > 2 || undefined}>
      {inOrder(tension.positions, verdicts).map((one) => (
        <Side key={one.label} position={one} passage={passage} verdict={verdicts[one.recommendation ?? '']} />
      ))}
    </ul>
  );
}

interface SideProps {
  position: Position;
  passage: Passages;
  /** Of its recommendation for the case, where there is a case. */
  verdict: Verdict | undefined;
}

function Side({ position, passage, verdict }: SideProps) {
  return (
    <li data-speaks={speaks(verdict) || undefined}>
      {position.sources.map((number) => (
        <Document key={number} number={number} />
      ))}
      <p class="says">{sentence(position.label)}</p>
      <ul class="quotes">
        {position.passages.map((id) => (
          <li key={id}>
            <a class="pid" href={`./passage/${encodeURIComponent(id)}`}>
              {id}
            </a>{' '}
            {passage[id]?.paraphrase}
          </li>
        ))}
      </ul>
      <LeadsTo position={position} verdict={verdict} />
    </li>
  );
}

function Document({ number }: { number: string }) {
  const { catalogue } = useStore();
  const source = catalogue?.sources[number];
  return (
    <p class="src">
      {number} {source?.label}
      {source?.modified && `, ${source.modified}`}, <b>{sayOf('review', source?.review_status ?? 'unknown')}</b>
    </p>
  );
}

/** The recommendation that takes a position, with its verdict for the case; a press opens why. */
function LeadsTo({ position, verdict }: Omit<SideProps, 'passage'>) {
  const { catalogue, decided } = useStore();
  const rule = position.recommendation ? catalogue?.rule[position.recommendation] : undefined;
  if (!rule || !decided) return <p class="leads nothing">{say('dis.noRule')}</p>;
  const known = rule.code in decided.answer.verdicts;
  const face = (
    <>
      {verdict && <Icon name={markOf(verdict, rule) as IconName} kind={verdict} />}
      <span>
        <span class="ll">{rule.label}</span>
        {verdict && <span class="ls">{say('dis.inThisCase', { verdict: sayOf('verdict', verdict) })}</span>}
      </span>
    </>
  );
  if (!known) return <p class="leads">{face}</p>;
  return (
    <button type="button" class="leads" data-verdict={verdict} onClick={() => explainRule(rule.code)}>
      {face}
    </button>
  );
}
