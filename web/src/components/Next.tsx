// The one question that is asked now.
import { useEffect, useRef } from 'preact/hooks';
import { answer, denyRest, skip } from '../actions';
import { safetyProgress, shownScreen } from '../asking';
import { screenName, sentence, shortName } from '../catalogue';
import type { Item, Screen } from '../contract';
import { stateOf } from '../facts';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { Chip } from './Chip';
import { ValueField } from './ValueField';

const MOST_ROWS = 4;

export function Next() {
  const { decided, asking, catalogue } = useStore();
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef<string>();
  useEffect(() => {
    // After the last answer of a screen go on at the next question, never on a button that would answer it unread.
    const focus = document.activeElement;
    const here = focus === document.body || focus?.closest('.next');
    if (last.current && last.current !== asking?.screen && here) heading.current?.focus();
    last.current = asking?.screen;
  }, [asking?.screen]);
  if (!catalogue || !decided) return <section class="card next" aria-label={say('next.title')} />;
  const screen = asking && shownScreen(asking, catalogue);
  return (
    <section class="card next" aria-labelledby="next-t">
      <Progress screen={screen} />
      {screen ? (
        <Question screen={screen} heading={heading} />
      ) : (
        <>
          <h2 id="next-t" ref={heading} tabIndex={-1}>
            {say('next.done')}
          </h2>
          <p class="from">{say('next.doneHint')}</p>
        </>
      )}
    </section>
  );
}

function Progress({ screen }: { screen: Screen | undefined }) {
  const { decided, facts, catalogue } = useStore();
  if (!decided || !catalogue) return null;
  const { done, all } = safetyProgress(decided.answer, facts, catalogue);
  const open = screen && decided.answer.screens.find((one) => one.id === screen.id);
  return (
    <div class="prog">
      <p>{screen ? progressWords(open?.tier, done, all, decided.answer.brief.level_final) : say('brief.settled')}</p>
      <div class="bar" aria-hidden="true">
        {done < all && Array.from({ length: all }, (_, place) => (
          <i key={place} class={place < done ? 'full' : place === done && open?.tier === 'safety' ? 'now' : ''} />
        ))}
      </div>
    </div>
  );
}

function progressWords(tier: string | undefined, done: number, all: number, final: boolean): string {
  if (tier === 'safety') return say('next.safety', { at: Math.min(done + 1, all), all });
  if (tier === 'scope') return say('next.scope');
  if (tier === 'management') return say(final ? 'next.management' : 'next.managementOpen');
  return say(tier === 'detail' ? 'next.detail' : 'next.chosen');
}

function Question({ screen, heading }: { screen: Screen; heading: preact.RefObject<HTMLHeadingElement> }) {
  const { decided } = useStore();
  const open = decided?.answer.screens.find((one) => one.id === screen.id);
  return (
    <>
      <h2 id="next-t" ref={heading} tabIndex={-1}>
        {screen.question}
      </h2>
      <p class="from">{sayOf('next.from', screen.asked_of)}</p>
      <Items screen={screen} />
      {screen.items.some((item) => item.kind !== 'date') && (
        <button type="button" class="primary" onClick={(event) => event.detail < 2 && denyRest(screen)}>
          {say('none')}
          {screen.none_of_these && screen.none_of_these !== say('none') && <span class="meaning">{screen.none_of_these}</span>}
        </button>
      )}
      <p class="whyask">
        {open?.why && sentence(open.why)} <span class="pid">{screen.passages.slice(0, 2).join(' ')}</span>
      </p>
      {screen.reading && (
        <details class="reading">
          <summary>{say('reading')}</summary>
          {screen.reading}
        </details>
      )}
      <Then screen={screen} />
    </>
  );
}

/** Few findings are asked one by one, with yes and no; many are chips, so that all can be seen at once. */
function Items({ screen }: { screen: Screen }) {
  const values = screen.items.filter((item) => item.kind !== 'finding');
  const findings = screen.items.filter((item) => item.kind === 'finding');
  return (
    <>
      {values.length > 0 && (
        <div class="numbers">
          {values.map((item) => (
            <ValueField key={item.code} item={item} prefix="next" />
          ))}
        </div>
      )}
      {findings.length > MOST_ROWS ? (
        <div class="chips asked" role="group" aria-label={screen.question} data-group>
          {findings.map((item) => (
            <Chip key={item.code} code={item.code} />
          ))}
        </div>
      ) : (
        <ul class="asks">
          {findings.map((item) => (
            <li key={item.code}>
              <YesNo item={item} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function YesNo({ item }: { item: Item }) {
  const { facts, catalogue } = useStore();
  if (!catalogue) return null;
  const state = stateOf(facts, item.code, catalogue);
  const press = (wanted: 'present' | 'absent') => answer(item.code, facts.findings[item.code] === wanted ? undefined : wanted);
  const name = shortName({ ...item, short: item.label }, item.code);
  return (
    <div role="group" aria-label={name} data-group>
      <span>{name}</span>
      <span class="yn">
        <button
          type="button"
          data-code={item.code}
          data-answer="present"
          aria-pressed={state === 'present' || state === 'derived' || state === 'both'}
          onClick={() => press('present')}
        >
          {say('yes')}
        </button>
        <button
          type="button"
          data-code={item.code}
          data-answer="absent"
          aria-pressed={state === 'absent' || state === 'both'}
          onClick={() => press('absent')}
        >
          {say('no')}
        </button>
      </span>
    </div>
  );
}

function Then({ screen }: { screen: Screen }) {
  const { decided, catalogue } = useStore();
  const others = (decided?.answer.brief.ask ?? []).filter((id) => id !== screen.id).slice(0, 2);
  const names = others.flatMap((id) => (catalogue?.screen[id] ? [screenName(catalogue.screen[id])] : [])).join(', ');
  return (
    <p class="then">
      <button type="button" class="link" onClick={skip}>
        {say('next.skip')}
      </button>
      <span>{names ? say('next.then', { names }) : say('next.nothing')}</span>
    </p>
  );
}
