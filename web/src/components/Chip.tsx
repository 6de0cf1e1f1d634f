// A finding as a chip: its name, what is recorded of it, and, where it is pressed, the next state.
import { turn } from '../actions';
import { shortName } from '../catalogue';
import { type Shown, stateOf } from '../facts';
import { useStore } from '../state';
import { sayOf } from '../texts';
import { Icon, type IconName } from './Icon';

export const MARKS: Record<Shown, IconName> = {
  present: 'yes',
  absent: 'no',
  unknown: 'ask',
  derived: 'derived',
  both: 'conflict',
};

export function Chip({ code }: { code: string }) {
  const { facts, catalogue } = useStore();
  if (!catalogue) return null;
  const state = stateOf(facts, code, catalogue);
  return (
    <button type="button" class="chip" data-code={code} data-state={state} onClick={() => turn(code)}>
      <Face code={code} state={state} />
    </button>
  );
}

/** The same where nothing can be pressed. */
export function FixedChip({ code, state }: { code: string; state: Shown }) {
  return (
    <span class="chip fixed" data-state={state}>
      <Face code={code} state={state} />
    </span>
  );
}

function Face({ code, state }: { code: string; state: Shown }) {
  const { catalogue } = useStore();
  const name = shortName(catalogue?.item[code], code);
  return (
    <>
      <Icon name={MARKS[state]} />
      <span class="name" data-t={name}>
        {name}
      </span>
      <span class="vh">, {sayOf('state', state)}</span>
    </>
  );
}
