// What a search found, by kind; the rest of a kind unfolds in place.
import { useState } from 'preact/hooks';
import { say, sayOf } from '../texts';
import { linkTo } from './links';
import type { Group, Hit } from './search';

const MOST = 6;

export function Hits({ hits, entry }: { hits: [Group, Hit[]][]; entry: string }) {
  const total = hits.reduce((sum, [, all]) => sum + all.length, 0);
  return (
    <div class="found-all">
      <p class="ls" role="status">
        {total ? say('browse.found', { count: total }) : say('browse.nothing')}
      </p>
      {hits.map(([group, all]) => (
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
