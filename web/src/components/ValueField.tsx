// What is no yes or no: a number, or a choice.
import type { Item } from '../contract';
import { ChoiceField } from './ChoiceField';
import { NumberField } from './NumberField';

export function ValueField(asked: { item: Item; prefix: string }) {
  return asked.item.kind === 'coded' ? <ChoiceField {...asked} /> : <NumberField {...asked} />;
}
