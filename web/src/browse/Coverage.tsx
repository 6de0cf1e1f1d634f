// How much of the documents is modelled: by document and kind of statement, and why the rest is not.
import { useMemo } from 'preact/hooks';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { passagePath } from './content';
import type { Content, Use } from './contract';
import { linkTo } from './links';

interface Count {
  all: number;
  used: number;
  left: number;
}

export function Coverage({ content }: { content: Content }) {
  const uses = useMemo(() => content.passages.flatMap((one) => content.uses[one.id] ?? []), [content]);
  const documents = [...new Set(uses.map((one) => one.source))];
  return (
    <article class="card entry" aria-labelledby="entry-t">
      <p class="kick">{sayOf('sections', 'coverage')}</p>
      <h2 id="entry-t" tabIndex={-1}>
        {say('browse.coverage', { ...counted(uses) })}
      </h2>
      <p class="src entry-a">
        <a href="./coverage">{say('browse.coveragePage')}</a>
      </p>
      {documents.map((number) => (
        <Document key={number} number={number} uses={uses.filter((one) => one.source === number)} content={content} />
      ))}
    </article>
  );
}

function Document({ number, uses, content }: { number: string; uses: Use[]; content: Content }) {
  const { catalogue } = useStore();
  const source = catalogue?.sources[number];
  const kinds = [...new Set(uses.map((one) => one.kind))].sort();
  const left = uses.filter((one) => !one.used_by.length);
  const title = `${number} ${source?.label ?? ''}, ${sayOf('review', source?.review_status ?? 'unknown')}`;
  return (
    <section>
      <h3 id={`coverage-${number}`}>{title}</h3>
      <div class="scrolls" tabIndex={0} role="region" aria-labelledby={`coverage-${number}`}>
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">{say('browse.kind')}</th>
              <th scope="col">{say('browse.all')}</th>
              <th scope="col">{say('browse.used')}</th>
              <th scope="col">{say('browse.left')}</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <Line key={kind} name={kind} count={counted(uses.filter((one) => one.kind === kind))} />
            ))}
            <Line name={say('browse.together')} count={counted(uses)} />
          </tbody>
        </table>
      </div>
      {left.length > 0 && (
        <details>
          <summary>{say('browse.why', { count: left.length })}</summary>
          <ul class="links">
            {left.map((one) => (
              <li key={one.passage}>
                <a class="pid" href={linkTo(passagePath(one.passage))}>
                  {one.passage}
                </a>{' '}
                {content.passages.find((passage) => passage.id === one.passage)?.paraphrase}{' '}
                <span class="ls">{one.not_modelled || say('browse.forgotten')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Line({ name, count }: { name: string; count: Count }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{count.all}</td>
      <td>{count.used}</td>
      <td>{count.left}</td>
    </tr>
  );
}

function counted(uses: Use[]): Count {
  const used = uses.filter((one) => one.used_by.length).length;
  return { all: uses.length, used, left: uses.length - used };
}
