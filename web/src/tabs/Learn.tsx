// Learn: a few patients that show how it works, and a quiz about them. No score is kept.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/Icon';
import { Lost } from '../components/LazyTab';
import { LevelMark } from '../components/LevelMark';
import { writeFragment } from '../fragment';
import { useStore } from '../state';
import { say } from '../texts';
import { loadPatients, type Patient } from './examples';
import { useLoaded } from './loading';
import { Quiz } from './Quiz';

export function View() {
  const { catalogue } = useStore();
  const { found, failed, retry } = useLoaded('patients', () => (catalogue ? loadPatients(catalogue) : Promise.reject(new Error())));
  const [quiz, setQuiz] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const turned = useRef(false);
  useEffect(() => {
    if (turned.current) heading.current?.focus();
    turned.current = true;
  }, [quiz]);
  if (failed) return <Lost onRetry={retry} />;
  if (!found) return <p class="loading">{say('page.loadingTab')}</p>;
  const shown = found.filter((one) => one.example.shows);
  const asked = found.filter((one) => one.example.vignette);
  if (!found.length) return <p class="loading">{say('learn.none')}</p>;
  return (
    <div class="page">
      <div class="page-h">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {say(quiz ? 'quiz.title' : 'learn.title', { count: shown.length })}
          </h1>
          <p class="lead">{say(quiz ? 'quiz.lead' : 'learn.lead')}</p>
        </div>
        {asked.length > 0 && (
          <button type="button" class={quiz ? 'primary quiet' : 'primary'} onClick={() => setQuiz(!quiz)}>
            {say(quiz ? 'quiz.leave' : 'quiz.start')}
          </button>
        )}
      </div>
      {quiz ? (
        <Quiz patients={asked} />
      ) : (
        <ol class="stories">
          {shown.map((one, place) => (
            <Story key={one.example.name} patient={one} place={place + 1} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Story({ patient, place }: { patient: Patient; place: number }) {
  const { example, facts, answer } = patient;
  return (
    <li class="card story" data-level={answer.brief.level}>
      <span class="n" aria-hidden="true">
        {place}
      </span>
      <div class="story-t">
        <h2>
          <a href={`./${writeFragment(facts)}`}>{example.title}</a>
        </h2>
        <p>{example.story}</p>
        <p class="shows">{example.shows}</p>
      </div>
      <div class="story-a">
        <LevelMark level={answer.brief.level} />
        <p>{answer.brief.headline}</p>
        {answer.brief.level_if.map((one) => (
          <p class="if" key={one.recommendation}>
            <Icon name="provisional" />
            <span>{one.text}</span>
          </p>
        ))}
      </div>
      <Icon name="chevron" />
    </li>
  );
}
