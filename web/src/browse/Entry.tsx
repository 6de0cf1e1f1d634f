// One entry: what is stated of it, how its criteria read, what it rests on and what rests on it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { speakTo } from '../announce';
import { sentence } from '../catalogue';
import { Passages } from '../components/Passages';
import { read, Refused } from '../service';
import { useStore } from '../state';
import { Positions } from '../tabs/Positions';
import { loadTensions, type Tensions } from '../tabs/tensions';
import { useLoaded } from '../tabs/loading';
import { say, sayOf } from '../texts';
import { passagePath } from './content';
import type { Content, Description } from './contract';
import { Criteria } from './Criteria';
import { linkTo } from './links';
import { Groups, Stated, Values } from './Parts';
import { OpenInCase } from './OpenInCase';
import { useWords } from './nodes';

interface Props {
  path: string;
  content: Content;
  /** Whether somebody came here within the tab, so that the entry is what is read next. */
  moved: boolean;
}

export function Entry({ path, content, moved }: Props) {
  const [found, setFound] = useState<Description>();
  const [failure, setFailure] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const control = new AbortController();
    read<Description>(`./v1/descriptions/${path}`, control.signal).then(
      (one) => {
        setFound(one);
        setFailure('');
      },
      (error) => !control.signal.aborted && setFailure(error instanceof Refused ? error.message : say('page.lostFirst')),
    );
    return () => control.abort();
  }, [path]);
  useEffect(() => {
    if (found && moved) attend(heading.current, found.label);
  }, [found]);
  if (failure) return <p class="note">{say('browse.lost', { reason: failure })}</p>;
  if (!found) return <p class="loading">{say('page.loadingTab')}</p>;
  return (
    <article class="card entry" data-old={found.path !== path || undefined} aria-labelledby="entry-t">
      <p class="kick">{sayOf('kinds', found.kind)}</p>
      <h2 id="entry-t" ref={heading} tabIndex={-1}>
        {sentence(found.label)}
      </h2>
      <Body one={found} content={content} />
    </article>
  );
}

/** A reader who is in the list stays there and hears the name; everybody else goes on at the title. */
function attend(heading: HTMLElement | null, label: string): void {
  const at = document.activeElement;
  const listed = at instanceof HTMLElement && at.offsetParent !== null && at.closest('.browse-l');
  if (listed) speakTo('live', label);
  else heading?.focus({ preventScroll: true });
  const top = heading?.getBoundingClientRect().top ?? 0;
  if (top < 0 || top > innerHeight) scrollTo({ top: 0 });
}

function Body({ one, content }: { one: Description; content: Content }) {
  const { catalogue } = useStore();
  const name = one.path.split('/')[1] ?? '';
  const kind = one.path.split('/')[0];
  const listed = kind === 'rule' ? catalogue?.rule[name] : undefined;
  const said = one.definition || listed?.definition;
  const criteria = kind === 'tension' ? one.criteria.slice(0, -1) : one.criteria; // its positions stand side by side
  const ids = one.passages.map((passage) => passage.id);
  return (
    <>
      {said && kind !== 'passage' && <p class="says">{said}</p>}
      <p class="src entry-a">
        {kind !== 'passage' && <code>{one.code || name}</code>}
        <a href={`./${one.path}`}>{say('pathway.page')}</a>
        {listed?.direction && <a href={`./v1/recommendations/${encodeURIComponent(name)}/table`}>{say('why.table')}</a>}
      </p>
      {listed?.direction && <OpenInCase key={name} rule={name} />}
      {kind === 'passage' && <Place id={name} content={content} />}
      {kind === 'tension' && <Sides code={name} />}
      {criteria.map(({ title, root }) => (
        <section key={title}>
          <h3>{sayOf('desc', title)}</h3>
          <Criteria root={root} />
        </section>
      ))}
      {kind === 'passage' ? <Groups groups={one.groups} /> : null}
      <Values title={say('browse.wider')} items={one.wider} />
      <Values title={say('browse.narrower')} items={one.narrower} />
      <Stated rows={one.rows} folded={kind === 'passage'} />
      {kind !== 'passage' && <Groups groups={one.groups} />}
      {ids.length > 0 && kind !== 'passage' && (
        <section class="entry-p">
          <Passages key={one.path} ids={ids} linkTo={(id) => linkTo(passagePath(id))} />
        </section>
      )}
    </>
  );
}

/** A passage between its neighbours, and whether it is used. */
function Place({ id, content }: { id: string; content: Content }) {
  const use = content.uses[id];
  return (
    <section class="entry-p">
      <Passages key={id} ids={[id]} around={2} linkTo={(one) => linkTo(passagePath(one))} />
      <p class="use" data-used={Boolean(use?.used_by.length) || undefined}>
        <b>{sentence(useWords(use))}</b>
        {use?.not_modelled && `: ${use.not_modelled}`}
      </p>
    </section>
  );
}

/** Every position of a disagreement, and how it is handled. */
function Sides({ code }: { code: string }) {
  const { found } = useLoaded<Tensions>('tensions', loadTensions);
  const tension = found?.all.find((one) => one.code === code);
  if (!found || !tension) return null;
  return (
    <section class="dis">
      <Positions tension={tension} passage={found.passage} />
    </section>
  );
}
