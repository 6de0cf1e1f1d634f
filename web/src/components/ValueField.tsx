// What is no yes or no: a number, a choice, or a date.
import type { Item } from '../contract';
import { ChoiceField } from './ChoiceField';
import { DateField } from './DateField';
import { NumberField } from './NumberField';

export function ValueField(asked: { item: Item; prefix: string }) {
  if (asked.item.kind === 'date') return <DateField {...asked} />;
  return asked.item.kind === 'coded' ? <ChoiceField {...asked} /> : <NumberField {...asked} />;
}
