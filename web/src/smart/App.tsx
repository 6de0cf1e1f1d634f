// The page of the app: how far it is, then the answer to the record, why, what was used of it, and what to ask next.
import { useEffect } from 'preact/hooks';
import { Brief } from '../components/Brief';
import { Icon } from '../components/Icon';
import { Chain, Standing } from '../components/Why';
import { screenName } from '../catalogue';
import type { Recommendation } from '../contract';
import { writeFragment } from '../fragment';
import { useStore } from '../state';
import { say } from '../texts';
import type { RecordAnswer } from './contract';
import { NotHad, OfRecord } from './Account';
import type { PatientRecord } from './record';
import type { Reason } from './session';

export type Stage =
  | { at: 'starting' | 'deciding' }
  | { at: 'nothing'; issuers: string[] }
  | { at: 'reading'; done: number; all: number; slow: boolean }
  | { at: 'stopped'; reason: Reason; detail: string; again: boolean }
  | { at: 'shown'; record: PatientRecord; answer: RecordAnswer; unknown: string };

export function App({ stage, onRetry }: { stage: Stage; onRetry: () => void }) {
  const patient = stage.at === 'shown' ? stage.record.patient : undefined;
  return (
    <>
      <header class="top">
        <div class="top-a">
          <span class="brand">
            <Icon name="derived" /> Spinegraph
          </span>
          {patient && (
            <p class="who">
              <b>{patient.name || say('smart.unnamed')}</b>
              {patient.born && `, ${say('smart.born', { date: patient.born })}`} <span class="src">Patient/{patient.id}</span>
            </p>
          )}
        </div>
      </header>
      <main class="smart" id="main">
        <Content stage={stage} onRetry={onRetry} />
      </main>
    </>
  );
}

function Content({ stage, onRetry }: { stage: Stage; onRetry: () => void }) {
  switch (stage.at) {
    case 'nothing':
      return (
        <section class="card">
          <h1>{say('smart.nothing')}</h1>
          <p>{say('smart.nothingHint')}</p>
          {stage.issuers.map((iss) => (
            <p key={iss}>
              <a href={`./smart?iss=${encodeURIComponent(iss)}`}>{iss}</a>
            </p>
          ))}
        </section>
      );
    case 'stopped':
      return (
        <section class="card" role="alert">
          <h1>{say('smart.stopped')}</h1>
          <p>{say(`smart.why.${stage.reason}`)}</p>
          {stage.detail && <p class="src">{stage.detail}</p>}
          {stage.again && (
            <button type="button" class="primary" onClick={onRetry}>
              {say('page.retry')}
            </button>
          )}
        </section>
      );
    case 'shown':
      return <Explained stage={stage} />;
    default:
      return (
        <section class="card" role="status">
          <h1>{say(stage.at === 'reading' ? 'smart.reading' : stage.at === 'deciding' ? 'smart.deciding' : 'smart.starting')}</h1>
          {stage.at === 'reading' && (
            <p>
              <progress value={stage.done} max={stage.all} aria-label={say('smart.reading')} /> {say('smart.readingOf', { done: stage.done, all: stage.all })}
            </p>
          )}
          {stage.at === 'reading' && stage.slow && <p class="src">{say('smart.slow')}</p>}
        </section>
      );
  }
}

function Explained({ stage: { record, answer, unknown } }: { stage: Extract<Stage, { at: 'shown' }> }) {
  const { why, facts, catalogue } = useStore();
  const found = answer.recommendations.find((one) => one.id === why && one.explanation);
  useEffect(() => {
    if (found) document.getElementById('why-t')?.focus();
  }, [found]);
  const link = `./${writeFragment(facts, false, 'case', why ?? '')}`;
  return (
    <>
      {record.missing.length > 0 && <NotHad missing={record.missing} />}
      {unknown && <p class="note">{say('smart.noRule', { name: unknown })}</p>}
      <Brief />
      {found && catalogue && <Because found={found} />}
      <Ask answer={answer} link={link} />
      <OfRecord account={answer.input} missing={record.missing} />
      <footer class="card">
        <p>
          <a class="primary quiet" href={link} target="_blank" rel="noopener">
            {say('smart.console')}
          </a>
        </p>
        <p class="src">{say('smart.consoleHint')}</p>
        <p>{answer.disclaimer}</p>
        <p class="src">
          {say('sheet.decision')} <code>{answer.id.slice(0, 12)}</code>, {say('top.knowledge')} {answer.knowledge.version}
        </p>
      </footer>
    </>
  );
}

function Because({ found }: { found: Recommendation }) {
  const { catalogue } = useStore();
  const rule = catalogue?.rule[found.id];
  if (!rule) return null;
  return (
    <section class="card why" aria-labelledby="why-t">
      <p class="kick">{say('why.title')}</p>
      <h2 id="why-t" tabIndex={-1}>
        {rule.label}
      </h2>
      <Standing rule={rule} found={found} />
      <Chain rule={rule} found={found} />
    </section>
  );
}

const MOST_SCREENS = 3;

function Ask({ answer, link }: { answer: RecordAnswer; link: string }) {
  if (!answer.screens.length) return null;
  return (
    <section class="card" aria-labelledby="ask-t">
      <h2 id="ask-t">{say('sheet.askNext')}</h2>
      <ol class="ask">
        {answer.screens.slice(0, MOST_SCREENS).map((screen) => (
          <li key={screen.id}>
            <b>{screenName(screen)}.</b> {screen.question}
            <span class="src"> {screen.items.map((item) => item.short ?? item.label).join(', ')}</span>
          </li>
        ))}
      </ol>
      <p>
        <a href={link} target="_blank" rel="noopener">
          {say('smart.answer')}
        </a>
      </p>
    </section>
  );
}
