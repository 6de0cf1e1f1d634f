// The head of the page: which knowledge, how far it is reviewed, where else to go, what can be done with the case.
import { useEffect } from 'preact/hooks';
import { copyNote, openTab, showKeys, startAnew, togglePatient, undo, useLanguage, useTheme } from '../actions';
import { isEmpty } from '../facts';
import { type Tab, TABS, writeFragment } from '../fragment';
import { reviewWords, shortDigest } from '../note';
import { useStore } from '../state';
import { say } from '../texts';
import { Icon } from './Icon';

export function Header() {
  const { decided, theme, language, tab, facts, patient, other } = useStore();
  useEffect(() => {
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [tab, language]);
  return (
    <header class="top">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          (document.getElementById('brief') ?? document.getElementById('pathway-t') ?? document.getElementById('main'))?.focus();
        }}
      >
        {say('skip')}
      </a>
      <div class="top-a">
        <a class="brand" href="./">
          <Icon name="brand" />
          Spinegraph
        </a>
        {decided && (
          <>
            <span class="kn">
              <span class="kn-w">{say('top.knowledge')} </span>
              {decided.answer.knowledge.version} <code>{shortDigest(decided.answer.knowledge.digest)}</code>
            </span>
            <a class="review" href="./coverage">
              <Icon name="provisional" />
              {reviewWords(decided.answer.brief)}
            </a>
          </>
        )}
        <span class="grow" />
        <button class="ghost" type="button" lang={language === 'en' ? 'de' : 'en'} onClick={() => useLanguage(language === 'en' ? 'de' : 'en')}>
          {say('top.language')}
        </button>
        <button class="ghost" type="button" onClick={() => useTheme(theme === 'dark' ? 'light' : 'dark')}>
          {say(theme === 'dark' ? 'top.light' : 'top.dark')}
        </button>
        <button class="ghost hide-s" type="button" onClick={() => showKeys(true)}>
          {say('top.keys')} <kbd aria-hidden="true">?</kbd>
        </button>
      </div>
      <div class="top-b">
        <nav aria-label={say('top.sections')}>
          <ul class="tabs">
            {TABS.map((name) => (
              <li key={name}>
                <a href={writeFragment(facts, patient, name, '', { other }) || './'} aria-current={name === tab ? 'page' : undefined} data-t={say(`tab.${name}`)} onClick={(event) => turnTo(event, name)}>
                  {say(`tab.${name}`)}
                </a>
              </li>
            ))}
            {([['./coverage', 'tab.coverage'], ['./sparql', 'tab.sparql'], ['./docs', 'tab.api']] as const).map(([path, key]) => (
              <li key={path}>
                <a href={path} data-t={say(key)}>
                  {say(key)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {tab === 'case' && <Actions />}
      </div>
    </header>
  );
}

/** A plain press turns to the tab; with a modifier it opens the link elsewhere, as any link. */
function turnTo(event: MouseEvent, name: Tab): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openTab(name);
}

function Actions() {
  const { past, facts, patient, copied, decided, status } = useStore();
  const current = decided?.facts === facts && status === 'idle' && !isEmpty(facts);
  return (
    <div class="acts">
      <button class="ghost" type="button" disabled={!past.length} onClick={undo}>
        {say('act.undo')} <kbd aria-hidden="true">u</kbd>
      </button>
      <button class="ghost hide-s" type="button" disabled={isEmpty(facts)} onClick={startAnew}>
        {say('act.anew')}
      </button>
      <button class="ghost" type="button" disabled={!current} onClick={() => void copyNote()}>
        {say(copied ? 'copy.short' : 'act.copy')}
      </button>
      <button class="ghost" type="button" aria-pressed={patient} onClick={togglePatient}>
        {say(patient ? 'act.clinician' : 'act.patient')}
      </button>
      <button class="ghost" type="button" disabled={!current} onClick={() => print()}>
        {say('act.print')}
      </button>
    </div>
  );
}
