// Two versions of the knowledge: what the service was told to compare with, or how to tell it.
import { Lost } from '../components/LazyTab';
import { useStore } from '../state';
import { useLoaded } from '../tabs/loading';
import { say } from '../texts';
import { DifferenceView } from './DifferenceView';
import { loadComparison } from './difference';

const COMMAND = 'spinegraph serve --compare REF';

export function Versions() {
  const { catalogue } = useStore();
  const { found, failed, retry } = useLoaded('comparison', async () => ({ difference: await loadComparison() }));
  if (failed) return <Lost onRetry={retry} />;
  if (!found || !catalogue) return <p class="loading">{say('cmp.comparing')}</p>;
  if (found.difference) return <DifferenceView difference={found.difference} catalogue={catalogue} />;
  return (
    <section class="card cmp-none" aria-labelledby="cmp-none">
      <h2 id="cmp-none">{say('cmp.nothing')}</h2>
      <p>{say('cmp.start')}</p>
      <pre tabIndex={0}>{COMMAND}</pre>
      <p class="ls">{say('cmp.startHint')}</p>
    </section>
  );
}
