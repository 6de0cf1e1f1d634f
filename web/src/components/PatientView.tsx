// The answer for the patient: larger, in plain words, and what prints in this view.
import type { BriefAnswer } from '../contract';
import { isEmpty } from '../facts';
import { reviewWords, shortDigest } from '../note';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { Icon } from './Icon';

export function PatientView() {
  const { forPatient, facts, status, local } = useStore();
  if (!forPatient) return <div class="pv" />;
  const { brief, knowledge, id, return_signs: signs = [] } = forPatient.answer;
  const old = forPatient.facts !== facts;
  const stale = old && status !== 'waiting';
  const emergency = brief.level === 'emergency';
  const where = emergency ? local.where_to_go_now : local.where_to_go;
  const again = [...sentences(brief.review?.text ?? '')];
  return (
    <div class="pv">
      <article class="sheet" data-level={stale ? 'undetermined' : brief.level} data-old={old || undefined}>
        <p class="pv-k">{say('patient.kick')}</p>
        <h1>{isEmpty(forPatient.facts) ? say('brief.empty') : brief.headline}</h1>
        {emergency && where && <Where text={where} />}
        {brief.level_if.map((one) => (
          <p class="lead" key={one.recommendation}>
            {one.text}
          </p>
        ))}
        <div class="pv-c">
          <Actions title={say('patient.do')} mark="yes" actions={brief.do} />
          <Actions title={say('patient.avoid')} mark="no" actions={brief.avoid} />
        </div>
        {again.length > 0 && (
          <div class="pv-now">
            <h2>{say('patient.again')}</h2>
            <ul>
              {again.map((text) => (
                <li key={text}>
                  <Icon name="chevron" />
                  <span>{text}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
        {!again.length && <Signs signs={signs} />}
        {!(emergency && where) && <Where text={where} />}
        <p class="fine">{brief.disclaimer}</p>
        <p class="fine">
          Spinegraph, {say('top.knowledge')} {knowledge.version} {shortDigest(knowledge.digest)}, {say('sheet.decision')} {id.slice(0, 12)}.{' '}
          {reviewWords(brief)}.
        </p>
      </article>
    </div>
  );
}

type Sign = NonNullable<BriefAnswer['return_signs']>[number];

/** Where no source says when to come back: what was denied, by how urgent it would be. */
function Signs({ signs }: { signs: Sign[] }) {
  if (!signs.length) return null;
  const levels = [...new Set(signs.map((one) => one.level))];
  return (
    <div class="pv-now">
      <h2>{say('patient.again')}</h2>
      <p>{say('patient.denied')}</p>
      {levels.map((level) => (
        <div class="pv-signs" key={level}>
          <h3>{sayOf('signs', level)}</h3>
          <ul>
            {signs
              .filter((one) => one.level === level)
              .map((one) => (
                <li key={one.code}>
                  <Icon name="chevron" />
                  <span>{one.label}</span>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** Where to go, as whoever runs the service says it; otherwise a line to write on. */
function Where({ text }: { text: string }) {
  return <p class="local">{text ? <b>{text}</b> : <span class="slot">{say('patient.local')}</span>}</p>;
}

function Actions({ title, mark, actions }: { title: string; mark: 'yes' | 'no'; actions: { text: string; caution: string }[] }) {
  if (!actions.length) return null;
  return (
    <div>
      <h2>{title}</h2>
      <ul>
        {actions.map((one) => (
          <li key={one.text}>
            <Icon name={mark} />
            <span>
              {one.text}
              {one.caution && <span class="pv-caution">{one.caution}</span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]) (?=\p{Lu})/u).filter(Boolean);
}
