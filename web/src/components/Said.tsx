// How far the answer can be relied on: when to look again, who says so, what no source covers.
import { useState } from 'preact/hooks';
import { type Catalogue, sentence } from '../catalogue';
import type { Brief } from '../contract';
import { useStore } from '../state';
import { say, sayOf } from '../texts';

const MOST_TOPICS = 3;

export function Said({ brief }: { brief: Brief }) {
  const { catalogue } = useStore();
  if (!catalogue) return null;
  return (
    <dl class="said">
      {brief.review && (
        <>
          <dt>{say('brief.review')}</dt>
          <dd>{brief.review.text}</dd>
        </>
      )}
      <dt>{say('brief.sources')}</dt>
      <dd>
        {byReview(brief, catalogue).map(([review, names], place) => (
          <span key={review}>
            {place > 0 && '. '}
            {names.join(', ')}: <b>{sayOf('review', review)}</b>
          </span>
        ))}
      </dd>
      {brief.not_covered.length > 0 && (
        <>
          <dt>{say('brief.notCovered')}</dt>
          <dd>
            <Topics topics={brief.not_covered} /> <Notices />
          </dd>
        </>
      )}
    </dl>
  );
}

/** What else there is to know of this patient: gaps about signs that are present, contradictions. */
function Notices() {
  const { decided } = useStore();
  const [all, setAll] = useState(false);
  const notices = decided?.answer.notices ?? [];
  if (!notices.length) return null;
  if (all) {
    return (
      <>
        {notices.map((one) => (
          <p key={one.message}>{one.message}</p>
        ))}
      </>
    );
  }
  return (
    <button type="button" class="link" onClick={() => setAll(true)}>
      {say('brief.notes', { count: notices.length })}
    </button>
  );
}

function Topics({ topics }: { topics: string[] }) {
  const [all, setAll] = useState(false);
  const rest = topics.length - MOST_TOPICS;
  return (
    <>
      {sentence((all ? topics : topics.slice(0, MOST_TOPICS)).join('; '))}
      {rest > 1 && !all && (
        <>
          {'; '}
          <button type="button" class="link" onClick={() => setAll(true)}>
            {say('brief.more', { count: rest })}
          </button>
        </>
      )}
    </>
  );
}

/** Review status → the documents that have it, with their dates. */
function byReview(brief: Brief, catalogue: Catalogue): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const { id, date, review } of brief.sources) {
    const name = `${id} ${catalogue.sources[id]?.label ?? ''}${date ? ` (${date})` : ''}`;
    found.set(review, [...(found.get(review) ?? []), name]);
  }
  return [...found];
}
