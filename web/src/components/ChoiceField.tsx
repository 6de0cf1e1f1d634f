// A choice of a few values, such as the sex: one of them, or nothing that was asked.
import { choose } from '../actions';
import { shortName } from '../catalogue';
import type { Item } from '../contract';
import { useStore } from '../state';
import { sayOf } from '../texts';

export function ChoiceField({ item, prefix }: { item: Item; prefix: string }) {
  const { facts } = useStore();
  const id = `${prefix}-${item.code}`;
  return (
    <div class="num choice">
      <label for={id}>{shortName(item, item.code)}</label>
      <select id={id} value={facts.choices[item.code] ?? ''} onChange={(event) => choose(item.code, event.currentTarget.value || undefined)}>
        <option value="">{sayOf('state', 'unknown')}</option>
        {(item.choices ?? []).map((one) => (
          <option key={one.code} value={one.code}>
            {one.label}
          </option>
        ))}
      </select>
    </div>
  );
}
