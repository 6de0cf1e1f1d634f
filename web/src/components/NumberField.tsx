// A number with its unit; a duration may be given in days, weeks or months. What cannot be is said, and not recorded.
import { useEffect, useState } from 'preact/hooks';
import { measure } from '../actions';
import { shortName } from '../catalogue';
import type { Item } from '../contract';
import { useStore } from '../state';
import { say, sayOf } from '../texts';

const TIMES = ['wk', 'd', 'mo'];

export function NumberField({ item, prefix }: { item: Item; prefix: string }) {
  const { facts } = useStore();
  const quantity = facts.numbers[item.code];
  const [text, setText] = useState('');
  const [unit, setUnit] = useState(quantity?.unit ?? item.unit ?? '1');
  useEffect(() => {
    setText(quantity ? String(quantity.value) : '');
    if (quantity) setUnit(quantity.unit);
  }, [quantity?.value, quantity?.unit]);
  const value = read(text);
  const wrong = value === null || outside(value, unit, item);

  const record = (text: string, unit: string) => {
    const value = read(text);
    if (value === null || outside(value, unit, item)) return;
    measure(item.code, value === undefined ? undefined : { value, unit });
  };
  const id = `${prefix}-${item.code}`;
  return (
    <div class="num" data-wrong={wrong || undefined}>
      <label for={id}>{shortName(item, item.code)}</label>
      <input
        id={id}
        inputMode="decimal"
        autocomplete="off"
        value={text}
        aria-invalid={wrong}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => record(event.currentTarget.value, unit)}
      />
      {item.unit === 'wk' ? (
        <>
          <label class="vh" for={`${id}-unit`}>
            {say('facts.unit')}
          </label>
          <select
            id={`${id}-unit`}
            value={unit}
            onChange={(event) => {
              setUnit(event.currentTarget.value);
              record(text, event.currentTarget.value);
            }}
          >
            {TIMES.map((one) => (
              <option key={one} value={one}>
                {sayOf('unit', one)}
              </option>
            ))}
          </select>
        </>
      ) : (
        <span>{sayOf('unit', unit)}</span>
      )}
    </div>
  );
}

/** A number; `undefined` where nothing stands; `null` where something else does. */
function read(text: string): number | undefined | null {
  const plain = text.trim().replace(',', '.');
  if (!plain) return undefined;
  return /^\d{1,6}(\.\d{1,4})?$/.test(plain) ? Number(plain) : null;
}

function outside(value: number | undefined, unit: string, item: Item): boolean {
  if (value === undefined || unit !== item.unit) return false;
  return value < (item.minimum ?? 0) || value > (item.maximum ?? Infinity);
}
