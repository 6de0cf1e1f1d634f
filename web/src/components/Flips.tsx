// What would change a verdict: each change is a button that says what it leads to, and applies itself as one step.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { answerAll, explainRule } from '../actions';
import { choiceWords, shortName } from '../catalogue';
import type { Recommendation } from '../contract';
import { type Outcome, sizeOf, type Step, stepsOf, tryStep } from '../flips';
import { useStore } from '../state';
import { quantityWords, say, sayOf } from '../texts';
import { laneOf } from '../verdicts';
import { Icon } from './Icon';

const MOST = 6;
const TRIED_AT_ONCE = 4;
const MOST_TRIED = 60;
const LEVELS = ['emergency', 'urgent', 'routine', 'undetermined'];

interface Flip {
  step: Step;
  outcome: Outcome | undefined;
}

export function Flips({ found }: { found: Recommendation }) {
  const { decided, catalogue } = useStore();
  const [all, setAll] = useState(false);
  const steps = useMemo(
    () => (decided && catalogue ? (found.flips ?? []).flatMap((one) => stepsOf(one, decided.facts, catalogue.item)) : []),
    [found],
  );
  const flips = useOutcomes(steps, found);
  if (!catalogue) return null;
  return (
    <section class="flips" aria-labelledby="flips-t">
      <h3 id="flips-t">{say('why.flips')}</h3>
      <p class="hint">{say(flips.length ? 'why.flipsHint' : 'why.noFlips')}</p>
      <ul>
        {(all ? flips : flips.slice(0, MOST)).map((flip) => (
          <FlipButton key={JSON.stringify(flip.step)} flip={flip} found={found} />
        ))}
      </ul>
      {flips.length > MOST && !all && (
        <button type="button" class="link more" onClick={() => setAll(true)}>
          {say('why.allFlips', { count: flips.length })}
        </button>
      )}
      {found.flips_complete === false && <p class="hint">{say('why.moreFlips')}</p>}
    </section>
  );
}

/** The steps with what each leads to, by fewest answers, then by the highest level; only those that turn the verdict. */
function useOutcomes(steps: Step[], { id: rule, verdict }: Recommendation): Flip[] {
  const { decided } = useStore();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<Step, Outcome>>(new Map());
  useEffect(() => {
    if (!decided) return undefined;
    const control = new AbortController();
    const waiting = steps.slice(0, MOST_TRIED);
    const done = new Map<Step, Outcome>();
    const work = async () => {
      for (let step = waiting.shift(); step; step = waiting.shift()) {
        const outcome = await tryStep(decided.facts, step, rule, control.signal);
        if (outcome) done.set(step, outcome);
      }
    };
    Promise.all(Array.from({ length: TRIED_AT_ONCE }, work)).then(
      () => setOutcomes(done),
      () => undefined, // without a connection the changes stand there without what they lead to
    );
    return () => control.abort();
  }, [steps]);
  const flips = steps.map((step) => ({ step, outcome: outcomes.get(step) })).filter(({ outcome }) => outcome?.verdict !== verdict);
  const level = ({ outcome }: Flip) => (outcome ? LEVELS.indexOf(outcome.level) : LEVELS.length);
  return flips.sort((one, other) => sizeOf(one.step) - sizeOf(other.step) || level(one) - level(other));
}

function FlipButton({ flip: { step, outcome }, found }: { flip: Flip; found: Recommendation }) {
  const { catalogue } = useStore();
  const listed = catalogue?.rule[found.id];
  if (!catalogue || !listed) return null;
  const lane = outcome && sayOf('laneWord', laneOf(outcome.verdict, listed, { ...found, left_open_by: [] }, catalogue));
  const apply = () => {
    explainRule(undefined);
    answerAll(step.answers, step.numbers, step.choices);
  };
  const parts = [
    ...Object.entries(step.answers).map(([code, state]) => ({ code, state: state ?? 'unknown', word: sayOf('state', state ?? 'unknown') })),
    ...Object.entries(step.numbers).map(([code, { value, unit }]) => ({ code, state: 'present' as const, word: `${quantityWords(value, unit)}` })),
    ...Object.entries(step.choices).map(([code, choice]) => ({ code, state: 'present' as const, word: choiceWords(catalogue.item[code], choice) })),
  ];
  return (
    <li>
      <button type="button" class="flip" onClick={apply} data-size={sizeOf(step)}>
        <span class="fs">
          {parts.map(({ code, state, word }, place) => (
            <span key={code}>
              {place > 0 && <em>{say('why.and')} </em>}
              <Icon name={state === 'absent' ? 'no' : 'yes'} />
              {shortName(catalogue.item[code], code)}: {word}
            </span>
          ))}
        </span>
        <span class="ft">
          {outcome ? (
            <>
              <span aria-hidden="true">→ </span>
              <b>{lane}</b>, {sayOf('level', outcome.level).toLowerCase()}; {outcome.headline}
            </>
          ) : (
            say('why.trying')
          )}
        </span>
      </button>
    </li>
  );
}
