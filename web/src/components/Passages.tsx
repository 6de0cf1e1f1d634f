// The passage that states a recommendation, between its neighbours; its document, and what it most likely cites.
import { useEffect, useState } from 'preact/hooks';
import type { Passage } from '../contract';
import { passagesAround } from '../service';
import { useStore } from '../state';
import { say, sayOf } from '../texts';

export function Passages({ ids }: { ids: string[] }) {
  const [chosen, setChosen] = useState(ids[0]);
  const [found, setFound] = useState<Passage[]>([]);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!chosen) return undefined;
    const control = new AbortController();
    passagesAround(chosen, control.signal).then(setFound, () => !control.signal.aborted && setFailed(true));
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
            <a class="pid" href={`/passage/${encodeURIComponent(one.id)}`}>
              {one.id}
            </a>
            <span>{one.paraphrase}</span>
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
      {dated && `, ${dated}`}, <b>{sayOf('review', passage.review_status)}</b>. {say('why.words')}
    </p>
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
