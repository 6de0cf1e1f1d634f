// A date: a day, or a month or a year where nobody knows better. What is none is said, and not recorded.
import { useEffect, useState } from 'preact/hooks';
import { date } from '../actions';
import { shortName } from '../catalogue';
import type { Item } from '../contract';
import { isDate } from '../facts';
import { useStore } from '../state';
import { say } from '../texts';

export function DateField({ item, prefix }: { item: Item; prefix: string }) {
  const { facts } = useStore();
  const recorded = facts.dates[item.code]?.at;
  const [text, setText] = useState('');
  useEffect(() => setText(recorded ?? ''), [recorded]);
  const wrong = text.trim() !== '' && !isDate(text.trim());
  const id = `${prefix}-${item.code}`;
  return (
    <div class="num date" data-wrong={wrong || undefined}>
      <label for={id}>{shortName(item, item.code)}</label>
      <input
        id={id}
        autocomplete="off"
        placeholder={say('facts.dateForm')}
        title={say('facts.dateHint')}
        value={text}
        aria-invalid={wrong}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => {
          const at = event.currentTarget.value.trim();
          if (!at || isDate(at)) date(item, at || undefined);
        }}
      />
    </div>
  );
}
