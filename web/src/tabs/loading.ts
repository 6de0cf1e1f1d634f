// What a tab asks of the service when it is opened; what came once is kept for as long as the page is open.
import { useEffect, useState } from 'preact/hooks';

const kept = new Map<string, unknown>();

export interface Loading<T> {
  found: T | undefined;
  failed: boolean;
  retry: () => void;
}

export function useLoaded<T>(name: string, load: () => Promise<T>): Loading<T> {
  const [found, setFound] = useState(kept.get(name) as T | undefined);
  const [failed, setFailed] = useState(false);
  const retry = () => {
    setFailed(false);
    load().then(
      (one) => {
        kept.set(name, one);
        setFound(() => one);
      },
      () => setFailed(true),
    );
  };
  useEffect(() => {
    if (found === undefined) retry();
  }, []);
  return { found, failed, retry };
}
