// Compare: two cases side by side, or two versions of the knowledge.
import { compareVersions } from '../actions';
import { useStore } from '../state';
import { say } from '../texts';
import { Cases } from './Cases';
import { Versions } from './Versions';

const PARTS = [
  [false, 'cmp.cases'],
  [true, 'cmp.versions'],
] as const;

export function View() {
  const { versions } = useStore();
  return (
    <div class="page cmp">
      <div class="page-h">
        <div>
          <h1>{say('tab.compare')}</h1>
          <p class="lead">{say(versions ? 'cmp.versionsLead' : 'cmp.casesLead')}</p>
        </div>
        <div class="cmp-of" role="group" aria-label={say('cmp.what')}>
          {PARTS.map(([part, key]) => (
            <button key={key} type="button" class="ghost" aria-pressed={versions === part} onClick={() => compareVersions(part)}>
              {say(key)}
            </button>
          ))}
        </div>
      </div>
      {versions ? <Versions /> : <Cases />}
    </div>
  );
}
