// What a search found, by kind; the rest of a kind unfolds in place.
import { useState } from 'preact/hooks';
import { Lost } from '../components/LazyTab';
import { say, sayOf } from '../texts';
import { linkTo } from './links';
import type { Group, Hit, Searching } from './search';

const MOST = 6;

export function Hits({ result: { found, failed, retry }, entry }: { result: Searching; entry: string }) {
  if (failed) return <Lost onRetry={retry} />;
  if (!found) return <p class="loading">{say('page.loadingTab')}</p>;
  return (
    <div class="found-all">
      <p class="ls" role="status">
        {found.total ? say('browse.found', { count: found.total }) : say('browse.nothing')}
        {found.readAs.map(([word, others]) => others.length > 0 && ` · ${say('browse.readAs', { word, others: others.join(', ') })}`)}
        {found.partly && ` · ${say('browse.partly')}`}
      </p>
      {found.groups.map(([group, all]) => (
        <Kind key={group} group={group} all={all} entry={entry} />
      ))}
    </div>
  );
}

function Kind({ group, all, entry }: { group: Group; all: Hit[]; entry: string }) {
  const [whole, setWhole] = useState(false);
  return (
    <section aria-labelledby={`found-${group}`}>
      <h2 id={`found-${group}`}>
        {sayOf('sections', group)} <span class="cnt">{all.length}</span>
      </h2>
      <ul>
        {(whole ? all : all.slice(0, MOST)).map((one) => (
          <li key={one.path}>
            <a class="hit-a" href={linkTo(one.path)} aria-current={one.path === entry ? 'page' : undefined}>
              {one.id && <span class="pid">{one.id} </span>}
              <span>{one.label}</span>
              {one.also && <span class="ls"> {one.also}</span>}
            </a>
          </li>
        ))}
      </ul>
      {all.length > MOST && (
        <button type="button" class="link more" onClick={() => setWhole(!whole)}>
          {whole ? say('lane.fewer') : say('brief.more', { count: all.length - MOST })}
        </button>
      )}
    </section>
  );
}
