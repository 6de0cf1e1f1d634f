// A tab whose code is loaded when somebody turns to it, so that the case is there at once.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Tab } from '../fragment';
import { say } from '../texts';

type Lazy = Exclude<Tab, 'case'>;

const LOAD: Record<Lazy, () => Promise<{ View: ComponentType }>> = {
  pathway: () => import('../pathway/Pathway'),
  disagreements: () => import('../tabs/Disagreements'),
  compare: () => import('../compare/Compare'),
  learn: () => import('../tabs/Learn'),
  browse: () => import('../browse/Browse'),
  author: () => import('../author/Author'),
};

export function LazyTab({ tab }: { tab: Lazy }) {
  const [loaded, setLoaded] = useState<{ View: ComponentType }>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    LOAD[tab]().then(setLoaded, () => setFailed(true));
  };
  useEffect(load, [tab]);
  if (failed) return <Lost onRetry={load} />;
  return loaded ? <loaded.View /> : <p class="loading">{say('page.loadingTab')}</p>;
}

/** Something that a tab needs could not be had. */
export function Lost({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="notes">
      <p class="note">
        {say('page.lostFirst')}
        <button type="button" class="link" onClick={onRetry}>
          {say('page.retry')}
        </button>
      </p>
    </div>
  );
}
