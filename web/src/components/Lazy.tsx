// A part of the page that is loaded when it is first shown.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { say } from '../texts';

export function Lazy({ load }: { load: () => Promise<{ default: ComponentType }> }) {
  const [part, setPart] = useState<{ shown?: ComponentType; lost?: boolean }>({});
  const start = () => {
    setPart({});
    load().then((one) => setPart({ shown: one.default }), () => setPart({ lost: true }));
  };
  useEffect(start, []);
  const Shown = part.shown;
  if (Shown) return <Shown />;
  if (!part.lost) return <p class="loading">{say('page.loading')}</p>;
  return (
    <p class="loading">
      {say('page.lostFirst')}{' '}
      <button type="button" class="link" onClick={start}>
        {say('page.retry')}
      </button>
    </p>
  );
}
