// The passage that states something, between its neighbours, in our words and as printed; its document, and what it cites.
import { useEffect, useState } from 'preact/hooks';
import type { Passage } from '../contract';
import { passagesAround } from '../service';
import { useStore } from '../state';
import { say, sayOf } from '../texts';

interface Props {
  ids: string[];
  around?: number;
  /** Where a passage leads to; to its page unless it is said. */
  linkTo?: (id: string) => string;
}

const pageOf = (id: string): string => `./passage/${encodeURIComponent(id)}`;

export function Passages({ ids, around = 1, linkTo = pageOf }: Props) {
  const [chosen, setChosen] = useState(ids[0]);
  const [found, setFound] = useState<Passage[]>([]);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!chosen) return undefined;
    const control = new AbortController();
    passagesAround(chosen, around, control.signal).then(setFound, () => !control.signal.aborted && setFailed(true));
    return () => control.abort();
  }, [chosen]);
  const passage = found.find((one) => one.id === chosen);
  return (
    <>
      <h3>
        {say('why.passage')} <span class="tr">{passage?.section.split(' > ').slice(1).join(', ')}</span>
      </h3>
      {ids.length > 1 && (
        <p class="ids">
          {ids.map((id) => (
            <button key={id} type="button" class="pid" aria-pressed={id === chosen} onClick={() => setChosen(id)}>
              {id}
            </button>
          ))}
        </p>
      )}
      {failed && <p class="src">{say('why.lost')}</p>}
      <div class="pass">
        {found.map((one) => (
          <p key={one.id} class={one.id === chosen ? 'hit' : 'nb'}>
            <a class="pid" href={linkTo(one.id)}>
              {one.id}
            </a>
            <span>
              {one.paraphrase}
              <Printed passage={one} />
            </span>
          </p>
        ))}
      </div>
      {passage && <Source passage={passage} />}
      {passage && <Citations passage={passage} />}
    </>
  );
}

function Source({ passage }: { passage: Passage }) {
  const { catalogue, decided } = useStore();
  const dated = decided?.answer.brief.sources.find((one) => one.id === passage.source)?.date;
  return (
    <p class="src">
      {passage.source} {catalogue?.sources[passage.source]?.label}
      {dated && `, ${dated}`}, <b>{sayOf('review', passage.review_status)}</b>. {say(`printed.${passage.document ?? 'not-given'}`)}
    </p>
  );
}

/** What the document prints there, where the service has it and it has not changed. */
function Printed({ passage }: { passage: Passage }) {
  if (passage.document === 'changed') return <span class="printed"> {say('printed.here')}</span>;
  if (!passage.printed) return null;
  return (
    <span class="printed">
      <span class="vh"> {say('printed.words')} </span>
      <q>{passage.printed.replace(/\s+/g, ' ').trim()}</q>
    </span>
  );
}

function Citations({ passage }: { passage: Passage }) {
  if (!passage.citations.length) return <p class="src">{say('why.noCites')}</p>;
  return (
    <ul class="cites">
      {passage.citations.map((one) => (
        <li key={one.number}>
          <span class="cn">[{one.number}]</span> {one.title || say('why.noEntry')}{' '}
          <span class="inf">
            {one.title ? say('why.inferred', { confidence: sayOf('confidence', one.confidence) }) : say('why.unresolved')}
          </span>
        </li>
      ))}
    </ul>
  );
}
