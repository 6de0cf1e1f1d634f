// What was chosen beside what the answer says; every line of the answer opens its proof in the case.
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../components/Icon';
import type { Action, Level } from '../contract';
import { writeFragment } from '../fragment';
import { say, sayOf } from '../texts';
import { type Patient, stands } from './examples';

interface Props {
  patient: Patient;
  level: Level;
  deed: Action | undefined;
  deeds: Action[];
  onNext: () => void;
}

export function Comparison({ patient, level, deed, deeds, onNext }: Props) {
  const { answer, facts } = patient;
  const { brief } = answer;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="card compared" aria-labelledby="compared-t">
      <h2 id="compared-t" class="vh" ref={heading} tabIndex={-1}>
        {say('quiz.compared')}
      </h2>
      <div class="band" data-level={brief.level}>
        <div class="lv">
          <Icon name={brief.level} />
          <strong>{sayOf('level', brief.level)}</strong>
        </div>
        <p class="head">{brief.headline}</p>
        {brief.because.length > 0 && (
          <p class="because">
            <b>{say('brief.because')}</b> {brief.because.map((one) => one.label).join('; ')}
          </p>
        )}
      </div>
      <ul class="yours">
        <Yours same={level === brief.level} label={say('quiz.yourLevel')} said={sayOf('level', level)} />
        <Yours
          same={stands(deed, answer, deeds)}
          label={say('quiz.yourDeed')}
          said={deed?.text ?? say('quiz.nothing')}
          why={deed && !stands(deed, answer, deeds) ? verdictWords(deed, patient) : ''}
        />
      </ul>
      {brief.level_if.map((one) => (
        <Proof key={one.recommendation} patient={patient} rule={one.recommendation} text={one.text} mark="provisional" />
      ))}
      <h3>{say('quiz.proofs')}</h3>
      {brief.do.map((one) => (
        <Proof key={one.text} patient={patient} rule={one.recommendations[0]} text={one.text} mark="indicated" line={one} />
      ))}
      {brief.avoid.map((one) => (
        <Proof key={one.text} patient={patient} rule={one.recommendations[0]} text={one.text} mark="against" line={one} />
      ))}
      <div class="onward">
        <a class="link" href={`./${writeFragment(facts)}`}>
          {say('quiz.open')}
        </a>
        <button type="button" class="primary" onClick={onNext}>
          {say('quiz.next')}
        </button>
      </div>
    </section>
  );
}

/** What the answer says of a deed that does not stand in it. */
function verdictWords(deed: Action, { answer }: Patient): string {
  const verdict = answer.verdicts[deed.recommendations[0] ?? ''];
  return verdict ? say('dis.inThisCase', { verdict: sayOf('verdict', verdict) }) : '';
}

function Yours({ same, label, said, why = '' }: { same: boolean; label: string; said: string; why?: string }) {
  return (
    <li data-same={same}>
      <Icon name={same ? 'yes' : 'conflict'} />
      <span>
        <span class="ls">{label}</span> {said}
        <span class="ls">{[say(same ? 'quiz.same' : 'quiz.differs'), why].filter(Boolean).join('. ')}</span>
      </span>
    </li>
  );
}

interface ProofProps {
  patient: Patient;
  rule: string | undefined;
  text: string;
  mark: 'indicated' | 'against' | 'provisional';
  line?: Action;
}

/** A line of the answer, with its caution and whether it is a reading of ours; a press opens its proof. */
function Proof({ patient, rule, text, mark, line }: ProofProps) {
  return (
    <a class="proof" href={`./${writeFragment(patient.facts, false, 'case', rule)}`}>
      <Icon name={mark} />
      <span>
        {text} {line?.reading && <span class="rd">{say('reading')}</span>}
        {line?.caution && <span class="caution">{line.caution}</span>}
      </span>
      <span class="ls">{say('quiz.why')}</span>
    </a>
  );
}
