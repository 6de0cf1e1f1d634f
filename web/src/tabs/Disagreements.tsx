// Disagreements: where the documents differ, every position side by side; those that concern the case come first.
import { useMemo } from 'preact/hooks';
import { Icon, type IconName } from '../components/Icon';
import { Lost } from '../components/LazyTab';
import { isEmpty } from '../facts';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import type { Tension } from './contract';
import { useLoaded } from './loading';
import { Positions } from './Positions';
import { divided, loadTensions, stanceOf, type Tensions } from './tensions';

const STANCES: Record<string, IconName> = { open: 'provisional', exposed: 'derived', resolved: 'done' };

export function View() {
  const { decided, facts } = useStore();
  const { found, failed, retry } = useLoaded('tensions', loadTensions);
  const parts = useMemo(() => found && decided && divided(found.all, decided.answer), [found, decided]);
  if (failed) return <Lost onRetry={retry} />;
  if (!found || !parts || !decided) return <p class="loading">{say('page.loadingTab')}</p>;
  const empty = isEmpty(decided.facts);
  return (
    <div class="page" data-old={decided.facts !== facts || undefined}>
      <h1>{say('tab.disagreements')}</h1>
      <p class="lead">{say('dis.lead')}</p>
      <h2 class="page-part">
        {say('dis.here')} <span class="cnt">{empty ? 0 : parts.here.length}</span>
      </h2>
      {empty && <p class="nothing">{say('dis.noCase')}</p>}
      {!empty && !parts.here.length && <p class="nothing">{say('dis.none')}</p>}
      {!empty && parts.here.map((one) => <Here key={one.code} tension={one} tensions={found} />)}
      <h2 class="page-part">
        {say(empty ? 'dis.all' : 'dis.others')} <span class="cnt">{empty ? found.all.length : parts.others.length}</span>
      </h2>
      <div class="card folds">
        {(empty ? found.all : parts.others).map((one) => (
          <Other key={one.code} tension={one} tensions={found} />
        ))}
      </div>
    </div>
  );
}

function Here({ tension, tensions }: { tension: Tension; tensions: Tensions }) {
  return (
    <article class="card dis" aria-labelledby={`dis-${tension.code}`}>
      <div class="dis-h">
        <h3 id={`dis-${tension.code}`}>{tension.label}</h3>
        <Id code={tension.code} />
        <Stance tension={tension} />
      </div>
      <Body tension={tension} tensions={tensions} />
    </article>
  );
}

function Other({ tension, tensions }: { tension: Tension; tensions: Tensions }) {
  return (
    <details class="dis">
      <summary>
        <Icon name="chevron" />
        <h3>{tension.label}</h3>
        <span class="pid">{tension.code}</span>
        <Stance tension={tension} />
      </summary>
      <Body tension={tension} tensions={tensions} />
    </details>
  );
}

function Id({ code }: { code: string }) {
  return (
    <a class="pid" href={`./tension/${encodeURIComponent(code)}`}>
      {code}
    </a>
  );
}

function Stance({ tension }: { tension: Tension }) {
  const stance = stanceOf(tension);
  return (
    <span class="stance" data-stance={stance}>
      <Icon name={STANCES[stance] as IconName} />
      {sayOf('stance', stance)}
    </span>
  );
}

function Body({ tension, tensions }: { tension: Tension; tensions: Tensions }) {
  const { catalogue } = useStore();
  const open = (tension.leaves_open ?? []).map((id) => catalogue?.rule[id]?.label ?? id);
  return (
    <div class="dis-b">
      <p>{tension.definition}</p>
      <Positions tension={tension} passage={tensions.passage} />
      <p class="handled">
        <b>{say('dis.handled')}</b> {tension.handling}
        {open.length > 0 && ` ${say('dis.leavesOpen', { names: open.join('; ') })}`}
      </p>
    </div>
  );
}
