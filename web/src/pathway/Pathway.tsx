// The pathway of a condition, lit by the case: what leads to it, what follows, what holds. It changes with every answer.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { explainRule } from '../actions';
import { Facts } from '../components/Facts';
import type { Listed, PathwayEntry } from '../contract';
import { isEmpty } from '../facts';
import { drawPathway, pathways, Refused } from '../service';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { choicesOf } from './choices';
import { BoxDialog, type Box } from './BoxDialog';
import { Drawing } from './Drawing';
import { readPicture, targetsIn } from './picture';

/** Where a picture leads for a rule. */
const pageOf = (rule: Listed): string => `.${rule.resource}`;

export function View() {
  const { decided, facts, catalogue } = useStore();
  const [all, setAll] = useState<PathwayEntry[]>([]);
  const [wanted, setWanted] = useState<string>();
  const [picture, setPicture] = useState<SVGSVGElement>();
  const [failure, setFailure] = useState('');
  const [old, setOld] = useState(true);
  const [box, setBox] = useState<Box>();
  const choices = useMemo(() => (decided ? choicesOf(decided.answer) : []), [decided]);
  const code = wanted ?? choices[0]?.code ?? all.find((one) => one.kind === 'document')?.code;
  useEffect(() => {
    const control = new AbortController();
    pathways(control.signal).then(setAll, () => undefined);
    return () => control.abort();
  }, []);
  useEffect(() => {
    if (!code) return undefined;
    const control = new AbortController();
    setOld(true);
    drawPathway(code, facts, control.signal).then(
      (text) => {
        setPicture(readPicture(text));
        setFailure('');
        setOld(false);
      },
      (error) => !control.signal.aborted && setFailure(error instanceof Refused ? error.message : say('pathway.noConnection')),
    );
    return () => control.abort();
  }, [code, facts]);
  if (!decided || !catalogue) return <p class="loading">{say('page.loading')}</p>;
  const rules = targetsIn(picture).flatMap((target) => catalogue.rules.filter((rule) => pageOf(rule) === target && rule.direction));
  const open = (target: string, inBox: Box) => {
    const rule = rules.find((one) => pageOf(one) === target);
    if (rule) explainRule(rule.code);
    else setBox({ ...inBox, page: target });
  };
  return (
    <div class="pathway-view">
      <section class="card pathway-card" aria-labelledby="pathway-t">
        <Heading all={all} code={code} choices={choices} onChoose={setWanted} />
        {failure && <p class="note">{say('pathway.lost', { reason: failure })}</p>}
        {picture ? <Drawing picture={picture} old={old} onOpen={open} /> : !failure && <p class="loading">{say('pathway.loading')}</p>}
        {rules.length > 0 && (
          <details>
            <summary>{say('pathway.rules')}</summary>
            <ul class="pathway-rules">
              {rules.map((rule) => (
                <li key={rule.code}>
                  <button type="button" class="link" onClick={() => explainRule(rule.code)}>
                    {rule.label}
                  </button>{' '}
                  <a href={`./v1/recommendations/${encodeURIComponent(rule.code)}/table`} aria-label={say('pathway.tableOf', { name: rule.label })}>
                    {say('pathway.table')}
                  </a>
                </li>
              ))}
            </ul>
          </details>
        )}
        {picture && (
          <details>
            <summary>{say('pathway.words')}</summary>
            <p class="pathway-words">{picture.querySelector('desc')?.textContent}</p>
          </details>
        )}
      </section>
      <Facts />
      {box && <BoxDialog box={box} onClose={() => setBox(undefined)} />}
    </div>
  );
}

interface HeadingProps {
  all: PathwayEntry[];
  code: string | undefined;
  choices: ReturnType<typeof choicesOf>;
  onChoose: (code: string) => void;
}

/** What is drawn, and where the case stands. */
function Heading({ all, code, choices, onChoose }: HeadingProps) {
  const { decided, facts } = useStore();
  const brief = decided?.answer.brief;
  const old = decided?.facts !== facts; // an answer for other facts is never read as one for these
  const own = new Set(choices.map((one) => one.code));
  const of = (kind: PathwayEntry['kind']) => all.filter((one) => one.kind === kind && !own.has(one.code));
  return (
    <div class="pathway-h">
      <h1 id="pathway-t" class="pathway-t" tabIndex={-1}>
        {say('tab.pathway')}
      </h1>
      <label class="pathway-pick">
        <span class="vh">{say('pathway.of')}</span>
        <select value={code} onChange={(event) => onChoose(event.currentTarget.value)}>
          {choices.length > 0 && (
            <optgroup label={say('pathway.here')}>
              {choices.map((one) => (
                <option key={one.code} value={one.code}>
                  {one.label}
                  {one.why && `, ${sayOf('pathway', one.why)}`}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={say('pathway.documents')}>{of('document').map(option)}</optgroup>
          <optgroup label={say('pathway.others')}>{of('condition').map(option)}</optgroup>
        </select>
      </label>
      {brief && (
        <p class="pathway-level">{old ? say('brief.stale') : isEmpty(facts) ? say('brief.empty') : <b>{brief.headline}</b>}</p>
      )}
    </div>
  );
}

const option = (one: PathwayEntry) => (
  <option key={one.code} value={one.code}>
    {one.kind === 'document' ? `${one.code}, ${one.label}` : one.label}
  </option>
);
