// The list of keys, and the switch that turns them off.
import { showKeys, useKeys } from '../actions';
import { useStore } from '../state';
import { say, sayOf } from '../texts';
import { Dialog } from './Dialog';

const KEYS = ['/', 'arrows', 'y', 'n', 'space', '0', 'Enter', 'u', 'p', 'c', 'b', 'Esc', '?'];

export function Keys() {
  const { keysOn } = useStore();
  return (
    <Dialog name="keys" title={say('keys.title')} onClose={() => showKeys(false)}>
      <dl>
        {KEYS.map((key) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{sayOf('keys', key)}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={keysOn} onChange={(event) => useKeys(event.currentTarget.checked)} /> {say('keys.on')}
      </label>
    </Dialog>
  );
}
