// Opens the case with the smallest patient for whom a recommendation holds.
import { useEffect, useRef, useState } from 'preact/hooks';
import { writeFragment } from '../fragment';
import { useStore } from '../state';
import { say } from '../texts';
import { patientFor } from './patient';

export function OpenInCase({ rule }: { rule: string }) {
  const { catalogue } = useStore();
  const [said, setSaid] = useState<'looking' | 'nobody' | 'lost'>();
  const control = useRef<AbortController>();
  useEffect(() => () => control.current?.abort(), []);
  const open = () => {
    if (!catalogue || said === 'looking') return;
    const { signal } = (control.current = new AbortController());
    setSaid('looking');
    patientFor(rule, catalogue, signal).then(
      (facts) => {
        if (signal.aborted) return;
        if (facts) location.hash = writeFragment(facts, false, 'case', rule);
        else setSaid('nobody');
      },
      () => !signal.aborted && setSaid('lost'),
    );
  };
  return (
    <p class="entry-open">
      <button type="button" class="primary quiet" onClick={open}>
        {say('browse.open')}
      </button>
      <span class="ls" role="status">
        {said && say(said === 'lost' ? 'why.lost' : `browse.${said}`)}
      </span>
    </p>
  );
}
