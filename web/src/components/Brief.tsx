// The answer: level, headline, what it rests on, what to do and to avoid, and how far it can be relied on.
import { useMemo } from 'preact/hooks';
import { explainRule } from '../actions';
import { sentence } from '../catalogue';
import type { Action, Brief as Answered } from '../contract';
import { isEmpty } from '../facts';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { Icon } from './Icon';
import { Said } from './Said';

const MOST_IDS = 2;

export function Brief() {
  const { decided, status, facts, language } = useStore();
  const brief = decided?.answer.brief;
  const below = useMemo(
    () =>
      brief && (
        <>
          <Columns brief={brief} />
          <Said brief={brief} />
        </>
      ),
    [brief, language],
  );
  const old = decided !== undefined && decided.facts !== facts;
  const stale = old && (status === 'late' || status === 'lost' || status === 'refused');
  const level = !brief || (stale && brief.level === 'routine') ? 'undetermined' : brief.level;
  const word = stale && status === 'late' ? say('brief.stale') : sayOf('level', level);
  return (
    <section class="brief" id="brief" data-level={level} data-old={old || undefined} aria-labelledby="brief-t" tabIndex={-1}>
      <div class="band">
        <div class="lv">
          <Icon name={level} />
          <strong>{word}</strong>
          <span class="still">{brief && !stale && !isEmpty(facts) ? stillOf(brief) : ''}</span>
        </div>
        {brief && !isEmpty(decided.facts) ? (
          <>
            <h1 id="brief-t">{brief.headline}</h1>
            <p class="because">
              {brief.because.length > 0 && (
                <>
                  <b>{say('brief.because')}</b> {brief.because.map((one) => one.label).join('; ')}
                </>
              )}
            </p>
          </>
        ) : (
          <>
            <h1 id="brief-t">{say('brief.empty')}</h1>
            <p class="because">{say('brief.emptyHint')}</p>
          </>
        )}
      </div>
      {brief?.level_if.map((one) => (
        <button type="button" class="levelif" key={one.recommendation} onClick={() => explainRule(one.recommendation)}>
          <Icon name="provisional" />
          <span>{one.text}</span>
          <span class="pid">{one.left_open_by}</span>
        </button>
      ))}
      {below}
    </section>
  );
}

/** What can still change the level or the orders. */
export function stillOf(brief: Answered): string {
  if (brief.settled) return say('brief.settled');
  if (brief.open.safety && !brief.level_final) return say('brief.safety', { count: brief.open.safety });
  if (brief.level_final && (brief.level === 'emergency' || brief.level === 'urgent')) return say('brief.final');
  if (brief.open.scope) return say('brief.scope');
  if (brief.open.management) return say('brief.manage', { count: brief.open.management });
  return brief.level === 'undetermined' ? say('brief.ungraded') : '';
}

function Columns({ brief }: { brief: Answered }) {
  return (
    <div class="cols">
      <div>
        <h2>{say('brief.do')}</h2>
        <ol class="do">
          {brief.do.map((one, place) => (
            <Line key={one.recommendations.join()} action={one} mark={<span class="n" aria-hidden="true">{place + 1}</span>} />
          ))}
        </ol>
        {!brief.do.length && <p class="nothing">{say(brief.ask.length ? 'brief.onlyAsk' : 'brief.nothing')}</p>}
      </div>
      <div>
        <h2>{say('brief.avoid')}</h2>
        <ul class="avoid">
          {brief.avoid.map((one) => (
            <Line key={one.recommendations.join()} action={one} mark={<Icon name="against" />} />
          ))}
        </ul>
        {!brief.avoid.length && <p class="nothing">{say('brief.nothing')}</p>}
        <Conditions brief={brief} />
      </div>
    </div>
  );
}

function Line({ action, mark }: { action: Action; mark: preact.ComponentChild }) {
  const ids = action.passages.length > MOST_IDS ? action.passages.slice(0, 1) : action.passages;
  const more = action.passages.length - ids.length;
  return (
    <li>
      {mark}
      <button type="button" class="line" onClick={() => explainRule(action.recommendations[0])}>
        <span class="t">{action.text}</span> <span class="pid">
          {ids.join(' ')}
          {more > 0 && ` +${more}`}
        </span>
        {action.reading && (
          <>
            {' '}
            <span class="rd">{say('reading')}</span>
          </>
        )}
      </button>
      {action.caution && <span class="caution">{action.caution}</span>}
    </li>
  );
}

function Conditions({ brief }: { brief: Answered }) {
  if (!brief.rule_out.length && !brief.likely) return null;
  return (
    <>
      <h2>{say(brief.rule_out.length ? 'brief.ruleOut' : 'brief.likely')}</h2>
      <ul class="rule">
        {brief.rule_out.map((one) => (
          <li key={one.condition}>
            <Icon name={one.verdict === 'suspected' ? 'indicated' : 'ask'} />
            <span class="t">{sentence(one.label)}</span>
            <span class="w">{sayOf('suspicion', one.verdict)}</span>
          </li>
        ))}
        {!brief.rule_out.length && brief.likely && (
          <li>
            <Icon name="derived" />
            <span class="t">{sentence(brief.likely.label)}</span>
          </li>
        )}
      </ul>
    </>
  );
}
