// Search in people's words, in what the page has loaded: it works without a connection.
import { useEffect, useRef, useState } from 'preact/hooks';
import { find } from '../catalogue';
import { useStore } from '../state';
import { say } from '../texts';
import { Chip } from './Chip';
import { Icon } from './Icon';

export function Search() {
  const { catalogue } = useStore();
  const [query, setQuery] = useState('');
  const hits = catalogue ? find(catalogue, query) : [];
  const close = () => setQuery('');
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close();
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
    };
  }, []);
  return (
    <div class="search" role="search" ref={box} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <label class="vh" for="q">
        {say('facts.find')}
      </label>
      <Icon name="search" />
      <input
        id="q"
        type="search"
        placeholder={say('facts.findHint')}
        autocomplete="off"
        maxLength={80}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
      {query.trim().length > 1 && (
        <div class="hits" role="group" aria-label={say('facts.find')} data-group>
          {hits.length ? hits.map((item) => <Chip key={item.code} code={item.code} />) : <p>{say('facts.nobody')}</p>}
        </div>
      )}
    </div>
  );
}
