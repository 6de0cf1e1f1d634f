// What a draft does, below the editor: whom it decides otherwise, or the article that it gives.
import type { Catalogue } from '../catalogue';
import { DifferenceView } from '../compare/DifferenceView';
import { say } from '../texts';
import { headingOf, type Outcome } from './trying';
import type { Witness } from './witness';

interface Props {
  outcome: Outcome;
  stale: boolean;
  catalogue: Catalogue;
  onPatient: (witness: Witness) => void;
}

export function Trial({ outcome, stale, catalogue, onPatient }: Props) {
  return (
    <section class="card author-w" aria-labelledby={headingOf(outcome)}>
      <h2 id={headingOf(outcome)} tabIndex={-1}>
        {say(outcome.task === 'article' ? 'author.article' : 'author.changes')}
      </h2>
      {stale && <p class="note">{say('author.stale')}</p>}
      {outcome.task === 'refused' && <p class="note">{outcome.reason}</p>}
      {outcome.task === 'difference' && <DifferenceView difference={outcome.difference} catalogue={catalogue} onPatient={onPatient} />}
      {outcome.task === 'article' && <Article html={outcome.html} words={outcome.words} />}
    </section>
  );
}

/** The article in a frame of its own, where no script runs; its one style is allowed by its digest in the policy of the page. */
function Article({ html, words }: { html: string; words: string }) {
  return (
    <>
      <p class="hint">{say('author.articleOf', { words })}</p>
      <iframe class="author-p" title={say('author.article')} sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc={html} />
    </>
  );
}
