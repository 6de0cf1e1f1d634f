// The quiz: read the vignette, choose the level and one thing to do, then compare with the answer and open its proof.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Action, Level } from '../contract';
import { say, sayOf } from '../texts';
import { Comparison } from './Comparison';
import { deedsOf, type Patient } from './examples';

const LEVELS: readonly Level[] = ['emergency', 'urgent', 'routine', 'undetermined'];
const NOTHING_OF_THESE = -1;

export function Quiz({ patients }: { patients: Patient[] }) {
  const [place, setPlace] = useState(0);
  const patient = patients[place];
  if (!patient) return null;
  const next = () => setPlace((place + 1) % patients.length);
  const count = say('quiz.count', { at: place + 1, all: patients.length });
  return <Round key={place} patient={patient} count={count} first={!place} deeds={deedsOf(patients)} onNext={next} />;
}

interface Props {
  patient: Patient;
  count: string;
  first: boolean;
  deeds: Action[];
  onNext: () => void;
}

function Round({ patient, count, first, deeds, onNext }: Props) {
  const [level, setLevel] = useState<Level>();
  const [deed, setDeed] = useState<number>();
  const [shown, setShown] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) heading.current?.focus();
  }, []);
  return (
    <div class="quiz">
      <section class="card told" aria-labelledby="quiz-t">
        <p class="kick">{count}</p>
        <h2 id="quiz-t" ref={heading} tabIndex={-1}>
          {patient.example.title}
        </h2>
        <p>{patient.example.vignette}</p>
      </section>
      {shown && level && deed !== undefined ? (
        <Comparison patient={patient} level={level} deed={deeds[deed]} deeds={deeds} onNext={onNext} />
      ) : (
        <form
          class="card choose"
          onSubmit={(event) => {
            event.preventDefault();
            setShown(level !== undefined && deed !== undefined);
          }}
        >
          <Choice name="level" title={say('quiz.level')} options={LEVELS.map((one) => sayOf('level', one))} onChoose={(at) => setLevel(LEVELS[at])} />
          <Choice name="deed" title={say('quiz.deed')} options={deeds.map((one) => one.text)} last={say('quiz.nothing')} onChoose={setDeed} />
          <button type="submit" class="primary" disabled={level === undefined || deed === undefined}>
            {say('quiz.compare')}
          </button>
        </form>
      )}
    </div>
  );
}

interface ChoiceProps {
  name: string;
  title: string;
  options: string[];
  last?: string;
  onChoose: (place: number) => void;
}

function Choice({ name, title, options, last, onChoose }: ChoiceProps) {
  const all = [...options.map((text, place) => ({ text, place })), ...(last ? [{ text: last, place: NOTHING_OF_THESE }] : [])];
  return (
    <fieldset class="choice" data-of={name}>
      <legend>{title}</legend>
      {all.map(({ text, place }) => (
        <label key={place}>
          <input type="radio" name={name} onChange={() => onChoose(place)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
