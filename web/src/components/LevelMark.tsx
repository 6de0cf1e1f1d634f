// A level as a mark with its word.
import type { Level } from '../contract';
import { sayOf } from '../texts';
import { Icon } from './Icon';

export function LevelMark({ level }: { level: Level }) {
  return (
    <p class="mark" data-level={level}>
      <Icon name={level} />
      {sayOf('level', level)}
    </p>
  );
}
