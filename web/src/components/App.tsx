// The page as a whole.
import { useEffect } from 'preact/hooks';
import { redecide } from '../deciding';
import { isEmpty } from '../facts';
import { differenceWords } from '../note';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { Brief } from './Brief';
import { Facts } from './Facts';
import { Header } from './Header';
import { Keys } from './Keys';
import { Lanes } from './Lanes';
import { LazyTab } from './LazyTab';
import { Next } from './Next';
import { PatientView } from './PatientView';
import { Sheet } from './Sheet';
import { Why } from './Why';

export function App({ onRetry }: { onRetry: () => void }) {
  const { decided, patient, catalogue, why, dialog, language, status, tab } = useStore();
  const ready = catalogue && (decided || status === 'lost' || status === 'refused');
  const level = decided?.answer.brief.level ?? 'undetermined';
  useEffect(() => {
    document.title = tab === 'case' ? say('title', { level: sayOf('level', level).toLowerCase() }) : `Spinegraph: ${say(`tab.${tab}`)}`;
    document.body.dataset.view = tab !== 'case' ? tab : patient ? 'patient' : 'clinician';
  }, [level, patient, language, tab]);
  return (
    <>
      <Header />
      <main id="main" tabIndex={-1}>
        <Said onRetry={onRetry} />
        {ready ? <Tab /> : <p class="loading">{say('page.loading')}</p>}
        {!patient && tab === 'case' && <Sheet />}
      </main>
      <footer class="foot">
        <span>{decided?.answer.brief.disclaimer}</span>
        {language !== 'en' && <span> {say('page.content')}</span>}
      </footer>
      {why && <Why rule={why} key={why} />}
      {dialog === 'keys' && <Keys />}
    </>
  );
}

function Tab() {
  const { tab, patient } = useStore();
  if (tab !== 'case') return <LazyTab tab={tab} key={tab} />;
  return patient ? <PatientView /> : <Case />;
}

function Case() {
  const { decided } = useStore();
  const brief = decided?.answer.brief;
  const first = brief && (brief.settled || brief.level === 'emergency' || brief.level === 'urgent') ? 'do' : 'ask';
  return (
    <div class="case" data-first={first}>
      <Facts />
      <Brief />
      <Next />
      <Lanes />
    </div>
  );
}

const MOST_NAMED = 6;

/** What has to be said above the answer: no connection, refused facts, codes that are not known here. */
function Said({ onRetry }: { onRetry: () => void }) {
  const { status, reason, unknown, decided, catalogue, facts } = useStore();
  const rest = unknown.length - MOST_NAMED;
  const names = unknown.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` ${say('page.unknownMore', { count: rest })}` : '');
  const failed = status === 'lost' || status === 'refused';
  if (!failed && !unknown.length) return null;
  return (
    <div class="notes">
      {failed && (
        <p class="note">
          {status === 'lost' && <b>{say('page.lostTitle')}. </b>}
          {status === 'refused'
            ? say('page.refused', { reason })
            : decided && catalogue && !isEmpty(decided.facts)
              ? say('page.lost', { facts: differenceWords(decided.facts, facts, catalogue) })
              : say('page.lostFirst')}
          <button type="button" class="link" onClick={() => (catalogue ? void redecide() : onRetry())}>
            {say('page.retry')}
          </button>
        </p>
      )}
      {unknown.length > 0 && <p class="note">{say('page.unknown', { names })}</p>}
    </div>
  );
}
