// A criterion as the engine words it: how its parts are joined, each with what states it.
import { sayOf } from '../texts';
import type { Criterion } from './contract';
import { Value } from './Parts';

export function Criteria({ root }: { root: Criterion }) {
  return (
    <ul class="crit">
      <Part one={root} />
    </ul>
  );
}

function Part({ one }: { one: Criterion }) {
  const joint = one.joint && one.joint !== one.text ? one.joint : '';
  return (
    <li>
      <Value item={one} />
      {joint && <span class="ls">: {sayOf('joint', joint)}</span>}
      {one.passages?.map((passage) => (
        <span key={passage.text} class="pid">
          {' '}
          <Value item={passage} />
        </span>
      ))}
      {one.children && one.children.length > 0 && (
        <ul>
          {one.children.map((child, place) => (
            <Part key={place} one={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
