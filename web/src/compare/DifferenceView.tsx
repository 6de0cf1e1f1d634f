// A difference of two states: recommendations that decide somebody otherwise, with that patient; and what is stated otherwise.
import type { Catalogue } from '../catalogue';
import { addressOf, type Witness } from '../author/witness';
import { shortDigest } from '../note';
import { say, sayOf } from '../texts';
import { type Changed, changedRules, type Difference, labelOf, type Responsible, type Turn } from './difference';
import { Statements } from './Statements';

const MOST = 60;
const MOST_WORDS = 5;

interface Props {
  difference: Difference;
  catalogue: Catalogue;
  /** What else can be done with a patient. */
  onPatient?: (witness: Witness) => void;
}

export function DifferenceView({ difference, catalogue, onPatient }: Props) {
  const changed = changedRules(difference, catalogue);
  const advice = changed.filter((one) => one.advises);
  const others = changed.filter((one) => !one.advises);
  const list = (rules: Changed[]) => <Rules rules={rules} difference={difference} catalogue={catalogue} onPatient={onPatient} />;
  return (
    <div class="dif">
      <Summary difference={difference} />
      <h2 class="page-part">
        {say('dif.advice')} <span class="cnt">{advice.length}</span>
      </h2>
      {advice.length ? list(advice) : <p class="nothing">{say('dif.noAdvice')}</p>}
      {others.length > 0 && (
        <details class="card cmp-same">
          <summary>{say('dif.others', { count: others.length })}</summary>
          {list(others)}
        </details>
      )}
      <Statements statements={difference.statements} />
      <p class="ls">{difference.review.join(' · ')}</p>
    </div>
  );
}

function Summary({ difference }: { difference: Difference }) {
  const { old, new: now, compared, differing, statements } = difference;
  const alike = compared - differing.length;
  return (
    <div class="card dif-s">
      <p>
        {[old, now].map(({ name, version, digest }, place) => (
          <span key={place}>
            {place > 0 && ' → '}
            <b>{sayOf('dif.name', name)}</b> {version} <code>{shortDigest(digest)}</code>
          </span>
        ))}
      </p>
      <p>
        {old.digest === now.digest ? say('dif.identical') : say('dif.statements', { count: statements.length })}{' '}
        {say('dif.proven', { count: alike })} {say('dif.differ', { count: differing.length })}
      </p>
    </div>
  );
}

type RulesProps = Required<Pick<Props, 'difference' | 'catalogue'>> & { rules: Changed[]; onPatient: Props['onPatient'] };

function Rules({ rules, difference, catalogue, onPatient }: RulesProps) {
  const because = (one: Responsible) => labelOf(one.subject, difference.statements, catalogue);
  return (
    <>
      <ul class="dif-r">
        {rules.slice(0, MOST).map((rule) => (
          <li key={rule.subject} class="card" data-rule={rule.id}>
            <h3>{rule.label}</h3>
            <ul>
              {rule.turns.map((turn) => (
                <Turned key={`${turn.old} ${turn.now}`} turn={turn} name={rule.label} because={because} catalogue={catalogue} onPatient={onPatient} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {rules.length > MOST && <p class="ls">{say('author.more', { count: rules.length - MOST })}</p>}
    </>
  );
}

interface TurnedProps {
  turn: Turn;
  name: string;
  because: (one: Responsible) => string;
  catalogue: Catalogue;
  onPatient: Props['onPatient'];
}

function Turned({ turn, name, because, catalogue, onPatient }: TurnedProps) {
  const { old, now, witness, responsible } = turn;
  return (
    <li class="dif-t">
      <p class="dif-w">
        <span class="was">
          {outcomeWord(old)} → {outcomeWord(now)}
        </span>{' '}
        <span>{inShort(witness.words)}</span>
      </p>
      <p class="dif-b ls">
        <b>{say('dif.because')}</b>{' '}
        {responsible.map((one, place) => (
          <span key={one.subject}>
            {place > 0 && '; '}
            {because(one)}
            {one.place && ` (${one.place.file}:${one.place.line})`}
            {one.passages.map((id) => (
              <a key={id} class="pid" href={`./passage/${encodeURIComponent(id)}`}>
                {id}
              </a>
            ))}
          </span>
        ))}
        {responsible.length > 1 && responsible.some((one) => !one.alone) && ` ${say('dif.together')}`}
      </p>
      <p class="dif-a">
        <a href={addressOf(witness, catalogue)} aria-label={say('dif.openOf', { name, words: inShort(witness.words) })}>
          {say('author.open')}
        </a>
        {onPatient && (
          <button type="button" class="link" onClick={() => onPatient(witness)}>
            {say('author.readPatient')}
          </button>
        )}
      </p>
    </li>
  );
}

/** A patient in few words: numbers and what is present come first, and the case has the rest. */
function inShort(words: string[]): string {
  if (words.length <= MOST_WORDS + 1) return words.join(', ');
  return [...words.slice(0, MOST_WORDS), say('brief.more', { count: words.length - MOST_WORDS })].join(', ');
}

/** A verdict, or whether a rule holds. */
function outcomeWord(outcome: string): string {
  const key = outcome || 'absent';
  const word = sayOf('outcome', key);
  return word === key ? sayOf('verdict', key) : word;
}
