// Browse: everything that the service knows, in trees and by search, with an entry beside it. The address names the entry.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/Icon';
import { Lost } from '../components/LazyTab';
import { useStore } from '../state';
import { useLoaded } from '../tabs/loading';
import { say, sayOf } from '../texts';
import { countOf, loadContent, SECTIONS, type Section, sectionOf } from './content';
import type { Content } from './contract';
import { Coverage } from './Coverage';
import { Entry } from './Entry';
import { Hits } from './Hits';
import { linkTo } from './links';
import { nodesOf } from './nodes';
import { useSearch, wanted } from './search';
import { Tree } from './Tree';

let lastQuery = ''; // kept while the page is open, so that the way back from an entry leads to what was found

export function View() {
  const { catalogue, entry } = useStore();
  const { found, failed, retry } = useLoaded('content', () => (catalogue ? loadContent(catalogue) : Promise.reject(new Error())));
  if (failed) return <Lost onRetry={retry} />;
  if (!found) return <p class="loading">{say('page.loadingTab')}</p>;
  return <Browsing content={found} entry={entry} />;
}

function Browsing({ content, entry }: { content: Content; entry: string }) {
  const { catalogue, language } = useStore();
  const [query, setQuery] = useState(lastQuery);
  const start = useRef(entry);
  const moved = useRef(false);
  moved.current ||= entry !== start.current;
  const last = useRef<Section>('conditions');
  const section = (last.current = sectionOf(entry, content) ?? last.current);
  const result = useSearch(query, content);
  const nodes = useMemo(() => (catalogue ? nodesOf(section, content, catalogue) : []), [section, content, catalogue, language]);
  useEffect(() => {
    lastQuery = query;
  }, [query]);
  const opened = entry.includes('/');
  const searching = wanted(query);
  return (
    <div class="browse" data-opened={opened || entry === 'coverage' || undefined}>
      <h1 class="vh">{say('tab.browse')}</h1>
      <div class="card browse-l">
        <Field query={query} onInput={setQuery} />
        {searching ? (
          <Hits result={result} entry={entry} />
        ) : (
          <>
            <Sections section={section} content={content} />
            {nodes.length > 0 && <Tree key={section} nodes={nodes} name={sayOf('sections', section)} entry={entry} />}
          </>
        )}
      </div>
      <div class="browse-r">
        {(opened || entry === 'coverage') && (
          <a class="browse-back" href={linkTo(entry === 'coverage' ? '' : section)}>
            <Icon name="chevron" /> {say(searching ? 'browse.backHits' : 'browse.back')}
          </a>
        )}
        {opened ? <Entry path={entry} content={content} moved={moved.current} /> : entry === 'coverage' ? <Coverage content={content} /> : <Hint />}
      </div>
    </div>
  );
}

function Field({ query, onInput }: { query: string; onInput: (query: string) => void }) {
  return (
    <div class="search" role="search">
      <label class="vh" for="browse-q">
        {say('browse.find')}
      </label>
      <Icon name="search" />
      <input
        id="browse-q"
        type="search"
        placeholder={say('browse.findHint')}
        autocomplete="off"
        maxLength={200}
        value={query}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onInput('')}
      />
    </div>
  );
}

function Sections({ section, content }: { section: Section; content: Content }) {
  return (
    <nav aria-label={say('browse.sections')}>
      <ul class="browse-s">
        {SECTIONS.map((name) => (
          <li key={name}>
            <a href={linkTo(name)} aria-current={name === section ? 'true' : undefined}>
              {sayOf('sections', name)} <span class="cnt">{countOf(name, content) || ''}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Hint() {
  return (
    <div class="browse-hint">
      <p class="lead">{say('browse.lead')}</p>
      <p>
        <a href={linkTo('coverage')}>{say('browse.toCoverage')}</a>
      </p>
      <p>
        <a href="./browse">{say('page.plain')}</a>
      </p>
    </div>
  );
}
