// Two cases side by side: what differs in the facts, the level, the lines of the answer and the verdicts.
import { useEffect, useState } from 'preact/hooks';
import { compareWith, exchange, openTab } from '../actions';
import { speakTo } from '../announce';
import type { Answer } from '../contract';
import { type Facts, isEmpty } from '../facts';
import { writeFragment } from '../fragment';
import { decide } from '../service';
import { useStore } from '../state';
import { say } from '../texts';
import { Lost } from '../components/LazyTab';
import { LevelMark } from '../components/LevelMark';
import { briefRows, factRows, verdictRows } from './rows';
import { Second } from './Second';
import { Table } from './Table';

export function Cases() {
  const { other, facts, decided, catalogue } = useStore();
  const second = useAnswer(other);
  if (!other) return <Second />;
  if (second.failed) return <Lost onRetry={second.retry} />;
  if (!catalogue || !decided || !second.answer) return <p class="loading">{say('page.loadingTab')}</p>;
  const there = second.answer;
  const here = decided.answer;
  return (
    <div data-old={decided.facts !== facts || undefined}>
      <div class="cmp-two">
        <Side name={say('cmp.here')} answer={here} facts={facts}>
          <button type="button" class="ghost" onClick={() => openTab('case')}>
            {say('cmp.change')}
          </button>
        </Side>
        <Side name={say('cmp.there')} answer={there} facts={other}>
          <a class="ghost" href={`./${writeFragment(other)}`}>
            {say('cmp.openThere')}
          </a>
        </Side>
      </div>
      <p class="cmp-acts">
        <button type="button" class="ghost" onClick={exchange}>
          {say('cmp.exchange')}
        </button>
        <button type="button" class="ghost" onClick={() => compareWith(undefined)}>
          {say('cmp.another')}
        </button>
      </p>
      <Table id="facts" rows={factRows(facts, other, catalogue)} other={other} />
      <Table id="brief" rows={briefRows(here.brief, there.brief, catalogue)} other={other} />
      <Table id="verdicts" rows={verdictRows(here, there, catalogue)} other={other} />
    </div>
  );
}

interface SideProps {
  name: string;
  answer: Answer;
  facts: Facts;
  children: preact.ComponentChildren;
}

function Side({ name, answer: { brief }, facts, children }: SideProps) {
  return (
    <section class="card cmp-side" data-level={brief.level} aria-label={name}>
      <h2>{name}</h2>
      <LevelMark level={brief.level} />
      <p class="head">{isEmpty(facts) ? say('brief.empty') : brief.headline}</p>
      {brief.because.length > 0 && (
        <p class="ls">
          <b>{say('brief.because')}</b> {brief.because.map((one) => one.label).join('; ')}
        </p>
      )}
      {children}
    </section>
  );
}

/** The answer to the second case, asked for anew when it is another one. */
function useAnswer(facts: Facts | undefined): { answer: Answer | undefined; failed: boolean; retry: () => void } {
  const [found, setFound] = useState<{ answer: Answer; facts: Facts }>();
  const [failed, setFailed] = useState<Facts>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!facts || found?.facts === facts) return undefined;
    const control = new AbortController();
    setFailed(undefined);
    decide(facts, control.signal).then(
      (answer) => {
        setFound({ answer, facts });
        speakTo('live', say('cmp.ready'));
      },
      () => !control.signal.aborted && setFailed(facts),
    );
    return () => control.abort();
  }, [facts, attempt]);
  const retry = () => setAttempt(attempt + 1);
  return { answer: found?.facts === facts ? found?.answer : undefined, failed: facts !== undefined && failed === facts, retry };
}
