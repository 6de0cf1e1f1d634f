// All recommendations in four lanes; what changed by the last answer stands first and says from where it came.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { explainRule, openLane } from '../actions';
import { type Catalogue, missingName } from '../catalogue';
import { lower } from '../note';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { type Lane, LANES, type Line, linesOf, markOf } from '../verdicts';
import { Icon, type IconName } from './Icon';

const MOST = 4;
const HEADS: Record<Lane, IconName> = { do: 'indicated', not: 'against', wait: 'ask', aside: 'overridden' };

export function Lanes() {
  const { decided, catalogue, lane: opened, facts, language } = useStore();
  const lines = useMemo(
    () => decided && catalogue && linesOf(decided.answer, decided.places, decided.before, catalogue),
    [decided, catalogue],
  );
  // What is the same is not drawn again: an answer on its way changes nothing here.
  const cards = useMemo(
    () =>
      lines &&
      catalogue &&
      LANES.map((lane) => <LaneCard key={lane} lane={lane} lines={lines[lane]} open={opened === lane} catalogue={catalogue} />),
    [lines, opened, catalogue, language],
  );
  if (!cards) return <section class="lanes" aria-label={say('lanes.title')} />;
  return (
    <section class="lanes" aria-label={say('lanes.title')} data-old={decided?.facts !== facts || undefined}>
      {cards}
    </section>
  );
}

function LaneCard({ lane, lines, open, catalogue }: { lane: Lane; lines: Line[]; open: boolean; catalogue: Catalogue }) {
  const list = useRef<HTMLUListElement>(null);
  const fitting = useFitting(list, lines, open);
  const hidden = lines.length - (open ? MOST : fitting);
  return (
    <section class="lane" data-lane={lane} data-open={open || undefined} aria-labelledby={`lane-${lane}`}>
      <h2 id={`lane-${lane}`}>
        <Icon name={HEADS[lane]} />
        {sayOf('lane', lane)}
        <span class="cnt">{lines.length}</span>
      </h2>
      {lines.length ? (
        <ul ref={list}>
          {(open ? lines : lines.slice(0, MOST)).map((line, place) => (
            <LaneLine key={line.rule.code} line={line} lane={lane} catalogue={catalogue} cut={!open && place >= fitting} />
          ))}
        </ul>
      ) : (
        <p class="nothing">{say('lane.empty')}</p>
      )}
      {hidden > 0 && (
        <button type="button" class="link more" aria-expanded={open} onClick={() => openLane(lane)}>
          {open ? say('lane.fewer') : say('lane.more', { count: hidden })}
        </button>
      )}
    </section>
  );
}

/** How many whole lines there is room for: a line is never cut. */
function useFitting(list: preact.RefObject<HTMLUListElement>, lines: Line[], open: boolean): number {
  const [fitting, setFitting] = useState(MOST);
  const measure = () => {
    if (!list.current) return;
    const bottom = list.current.getBoundingClientRect().bottom + 1;
    const whole = [...list.current.children].filter((line) => line.getBoundingClientRect().bottom <= bottom);
    setFitting(Math.min(MOST, Math.max(1, whole.length)));
  };
  useLayoutEffect(measure, [lines, open]);
  useEffect(() => {
    if (!list.current) return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [lines.length > 0]);
  return Math.min(fitting, lines.length);
}

interface LineProps {
  line: Line;
  lane: Lane;
  catalogue: Catalogue;
  cut: boolean;
}

function LaneLine({ line, lane, catalogue, cut }: LineProps) {
  const { rule, verdict, was } = line;
  const now = sayOf('laneWord', lane);
  const old = was && sayOf('laneWord', was);
  return (
    <li class={was ? 'chg' : ''} data-cut={cut || undefined}>
      <button type="button" data-rule={rule.code} data-verdict={verdict} data-strength={rule.modality} onClick={() => explainRule(rule.code)}>
        <Icon name={markOf(verdict, rule) as IconName} kind={verdict} />
        <span class="lt">
          <span class="ll">{rule.label}</span>
          <span class="ls">
            {old && (
              <>
                <span class="was">
                  <span class="vh">{say('lane.changed', { was: old, now })}</span>
                  <span aria-hidden="true">
                    {old} → {now}
                  </span>
                </span>{' '}
              </>
            )}
            {under(line, lane, catalogue)}
          </span>
        </span>
      </button>
    </li>
  );
}

/** What stands below the name of a recommendation. */
function under({ rule, verdict, shown }: Line, lane: Lane, catalogue: Catalogue): string {
  const missing = shown?.missing?.map((code) => lower(missingName(code, catalogue))) ?? [];
  const more = shown?.more_missing ? [say('brief.more', { count: shown.more_missing })] : [];
  if (lane === 'wait' && verdict === 'provisional') return say('line.disagree');
  if (lane === 'wait') return [...missing.slice(0, 2), ...(missing.length > 2 || more.length ? ['…'] : [])].join(', ') || sayOf('line', verdict === 'conflicting' ? verdict : 'unknown');
  if (verdict === 'overridden') {
    const names = (shown?.overridden_by ?? []).slice(0, 1).map((id) => catalogue.rule[id]?.label ?? id);
    return names.length ? say('line.gives', { names: names.join(', ') }) : sayOf('verdict', verdict);
  }
  if (lane === 'aside') return sayOf('line', verdict);
  const urgency = rule.urgency === 'emergency' || rule.urgency === 'urgent' ? sayOf('urgency', rule.urgency) : '';
  const strength = lane === 'do' ? sayOf('modality', rule.modality ?? '') : '';
  const reading = rule.reading ? say('reading') : '';
  return [strength, urgency, missing[0] ?? '', reading || rule.passages?.[0]].filter(Boolean).join(', ');
}
