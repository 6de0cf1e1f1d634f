// What prints in the view of the clinician: one A4 page, black on white.
import { useMemo } from 'preact/hooks';
import { type Catalogue, screenName, sentence, shortName } from '../catalogue';
import type { Action, Brief, Screen } from '../contract';
import { type Facts, hasValue, stateOf } from '../facts';
import { choicesIn, datesIn, lower, named, reviewWords, shortDigest, sourceWords } from '../note';
import { type Decided, useStore } from '../state';
import { quantityWords, say, sayOf } from '../texts';
import { Icon } from './Icon';

const MOST_NO = 28;

export function Sheet() {
  const { decided, catalogue, language } = useStore();
  return useMemo(() => decided && catalogue && <Page decided={decided} catalogue={catalogue} />, [decided, catalogue, language]);
}

function Page({ decided, catalogue }: { decided: Decided; catalogue: Catalogue }) {
  const { brief, knowledge, id } = decided.answer;
  return (
    <article class="a4" aria-hidden="true">
      <div class="a4-h">
        <b>Spinegraph</b>
        <span>
          {say('top.knowledge')} {knowledge.version} {shortDigest(knowledge.digest)}, {say('sheet.decision')} {id.slice(0, 12)}
        </span>
        <b>{reviewWords(brief)}</b>
      </div>
      <div class="a4-l">
        <p>
          <Icon name={brief.level} />
          <b>{sayOf('level', brief.level)}</b>
        </p>
        <h1>{brief.headline}</h1>
        {brief.because.length > 0 && (
          <p>
            {say('brief.because')} {brief.because.map((one) => one.label).join('; ')}
          </p>
        )}
      </div>
      {brief.level_if.map((one) => (
        <p class="a4-if" key={one.recommendation}>
          {one.text} {one.left_open_by && `(${one.left_open_by})`}
        </p>
      ))}
      <div class="a4-c">
        <Actions title={say('brief.do')} actions={brief.do} list="ol" />
        <Actions title={say('brief.avoid')} actions={brief.avoid} list="ul" />
        <Conditions brief={brief} />
        <AskNext screens={decided.answer.screens.filter((screen) => brief.ask.includes(screen.id)).map((screen) => ({ ...screen, short: catalogue.screen[screen.id]?.short }))} catalogue={catalogue} facts={decided.facts} />
      </div>
      <h2>{say('sheet.recorded')}</h2>
      <Recorded facts={decided.facts} catalogue={catalogue} />
      {brief.review && (
        <>
          <h2>{say('brief.review')}</h2>
          <p>{brief.review.text}</p>
        </>
      )}
      <h2>{say('sheet.notCovered')}</h2>
      <p>{sentence(brief.not_covered.join('; '))}.</p>
      <h2>{say('brief.sources')}</h2>
      <ul>
        {brief.sources.map((one) => (
          <li key={one.id}>{sourceWords(one, catalogue)}</li>
        ))}
      </ul>
      <p class="a4-f">{brief.disclaimer}</p>
    </article>
  );
}

function Actions({ title, actions, list: List }: { title: string; actions: Action[]; list: 'ol' | 'ul' }) {
  return (
    <section>
      <h2>{title}</h2>
      <List>
        {actions.map((one) => (
          <li key={one.text}>
            {one.text} <span class="pid">{one.passages.slice(0, 3).join(' ')}</span> {one.reading && <span class="rd">{say('reading')}</span>}
            {one.caution && <i class="block">{one.caution}</i>}
          </li>
        ))}
              </List>
      {!actions.length && <p>{say('brief.nothing')}</p>}
    </section>
  );
}

function Conditions({ brief }: { brief: Brief }) {
  if (!brief.rule_out.length && !brief.likely) return null;
  return (
    <section>
      <h2>{say(brief.rule_out.length ? 'brief.ruleOut' : 'brief.likely')}</h2>
      <ul>
        {brief.rule_out.map((one) => (
          <li key={one.condition}>
            {sentence(one.label)}: {sayOf('suspicion', one.verdict)}
          </li>
        ))}
        {!brief.rule_out.length && brief.likely && <li>{sentence(brief.likely.label)}</li>}
      </ul>
    </section>
  );
}

function AskNext({ screens, catalogue, facts }: { screens: Screen[]; catalogue: Catalogue; facts: Facts }) {
  if (!screens.length) return null;
  const open = (screen: Screen) => screen.items.filter((item) => !hasValue(facts, item.code) && stateOf(facts, item.code, catalogue) === 'unknown');
  return (
    <section>
      <h2>{say('sheet.askNext')}</h2>
      <ul>
        {screens.map((screen) => (
          <li key={screen.id}>
            {screenName(screen)}: {open(screen).map((item) => lower(shortName(catalogue.item[item.code], item.code))).join(', ')}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Yes and no, so that silence is visible; many a "no" is shortened to the names of its screens. */
function Recorded({ facts, catalogue }: { facts: Facts; catalogue: Catalogue }) {
  const numbers = Object.entries(facts.numbers);
  const yes = named(facts, catalogue, 'present', 'both');
  const no = named(facts, catalogue, 'absent', 'both');
  return (
    <p>
      {numbers.map(([code, { value, unit }]) => `${shortName(catalogue.item[code], code)} ${quantityWords(value, unit)}. `)}
      {[...choicesIn(facts, catalogue), ...datesIn(facts, catalogue)].map((words) => `${words}. `)}
      <b>{sentence(say('state.present'))}:</b> {yes.join(', ') || '–'}. <b>{sentence(say('state.absent'))}:</b>{' '}
      {(no.length > MOST_NO ? denied(facts, catalogue) : no).join(', ') || '–'}.
    </p>
  );
}

/** The names of the screens of which every finding is denied, and the other findings that are. */
function denied(facts: Facts, catalogue: Catalogue): string[] {
  const rest = new Set(Object.keys(facts.findings).filter((code) => facts.findings[code] !== 'present'));
  const whole = catalogue.screens.filter((screen) => {
    const findings = screen.items.filter((item) => item.kind === 'finding');
    return findings.length > 0 && findings.every((item) => rest.has(item.code));
  });
  for (const screen of whole) for (const item of screen.items) rest.delete(item.code);
  const names = whole.map((screen) => lower(screenName(screen))).join('; ');
  return [...(names ? [say('sheet.noneOf', { name: names })] : []), ...[...rest].map((code) => lower(shortName(catalogue.item[code], code)))];
}
