// What is recorded of the patient: a search, numbers and scope first, then every screen as a group of chips.
import { answer, denyRest, openGroup } from '../actions';
import type { Catalogue } from '../catalogue';
import { screenName, shortName } from '../catalogue';
import type { Screen } from '../contract';
import { canBeAsked, type Facts as Recorded, stateOf } from '../facts';
import { useStore } from '../state';
import { say } from '../texts';
import { Chip } from './Chip';
import { Icon, type IconName } from './Icon';
import { Search } from './Search';
import { ValueField } from './ValueField';

const DETAILS = 'details';

export function Facts() {
  const { catalogue, facts, group } = useStore();
  if (!catalogue) return null;
  const scope = catalogue.screens.filter((screen) => screen.tier === 'scope').flatMap((screen) => screen.items);
  const groups = catalogue.screens.filter((screen) => screen.tier === 'safety' || screen.tier === 'management');
  const details = catalogue.screens.filter((screen) => screen.tier === 'detail');
  const unfolded = group === DETAILS || details.some((screen) => screen.id === group);
  return (
    <section class="card facts" aria-labelledby="facts-t">
      <h2 id="facts-t" class="vh">
        {say('facts.title')}
      </h2>
      <Search />
      <div class="numbers">
        {scope.filter((item) => item.kind !== 'finding' && canBeAsked(item, facts, catalogue)).map((item) => (
          <ValueField key={item.code} item={item} prefix="facts" />
        ))}
      </div>
      <div class="chips scope" role="group" aria-label={say('next.scope')} data-group>
        {scope.filter((item) => item.kind === 'finding').map((item) => (
          <Chip key={item.code} code={item.code} />
        ))}
      </div>
      <Contradictions />
      <div class="groups">
        {groups.map((screen) => (
          <Group key={screen.id} screen={screen} />
        ))}
        {details.length > 0 && (
          <div class={`grp ${unfolded ? 'open' : ''}`}>
            <h3>
              <button type="button" aria-expanded={unfolded} onClick={() => openGroup(unfolded && group ? group : DETAILS)}>
                <span class="gt">
                  <Icon name="chevron" />
                  {say('facts.details')}
                </span>
                <span class="gs">{details.length}</span>
              </button>
            </h3>
          </div>
        )}
        {unfolded && details.map((screen) => <Group key={screen.id} screen={screen} />)}
      </div>
    </section>
  );
}

function Group({ screen }: { screen: Screen }) {
  const { facts, catalogue, group, asking } = useStore();
  if (!catalogue) return null;
  const open = group === screen.id;
  const [kind, text, mark] = summary(screen, facts, catalogue, asking?.screen === screen.id);
  return (
    <div class={`grp ${open ? 'open' : ''}`}>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => openGroup(screen.id)}>
          <span class="gt">
            <Icon name="chevron" />
            {screenName(screen)}
          </span>
          <span class="gs" data-kind={kind}>
            {text}
            <Icon name={mark} />
          </span>
        </button>
      </h3>
      {open && (
        <div class="chips" role="group" aria-label={screenName(screen)} data-group>
          {screen.items.filter((item) => canBeAsked(item, facts, catalogue)).map((item) =>
            item.kind === 'finding' ? <Chip key={item.code} code={item.code} /> : <ValueField key={item.code} item={item} prefix="group" />,
          )}
          {screen.items.some((item) => item.kind !== 'date') && (
            <button type="button" class="none" onClick={() => denyRest(screen)}>
              {say('none')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function summary(screen: Screen, facts: Recorded, catalogue: Catalogue, asked: boolean): [string, string, IconName] {
  const findings = screen.items.filter((item) => item.kind === 'finding');
  const states = findings.map((item) => stateOf(facts, item.code, catalogue));
  const count = findings.length;
  const yes = states.filter((state) => state === 'present' || state === 'derived').length;
  const no = states.filter((state) => state === 'absent').length;
  if (states.includes('both')) return ['yes', say('state.both'), 'conflict'];
  if (yes) return ['yes', say('facts.yesOf', { yes, count }), 'yes'];
  if (no === count) return ['clear', say('facts.noneOf', { count }), 'no'];
  if (asked) return ['now', say('facts.nowAsked'), 'chevron'];
  if (no) return ['part', say('facts.noOf', { no, count }), 'ask'];
  return ['ask', say('state.unknown'), 'ask'];
}

/** Findings that are recorded both ways: one has to be chosen. */
function Contradictions() {
  const { facts, catalogue } = useStore();
  const both = Object.keys(facts.findings).filter((code) => facts.findings[code] === 'both');
  if (!both.length) return null;
  return (
    <div class="contradictions">
      {both.map((code) => (
        <div key={code} role="group">
          <span>{say('facts.contradicts', { name: shortName(catalogue?.item[code], code) })}</span>
          <span class="yn">
            <button type="button" onClick={() => answer(code, 'present')}>
              {say('yes')}
            </button>
            <button type="button" onClick={() => answer(code, 'absent')}>
              {say('no')}
            </button>
          </span>
        </div>
      ))}
    </div>
  );
}
