// What a box of the picture rests on: its passages between their neighbours, and the page of what it shows.
import { Dialog } from '../components/Dialog';
import { Passages } from '../components/Passages';
import { say } from '../texts';

export interface Box {
  title: string;
  passages: string[];
  page: string;
}

export function BoxDialog({ box, onClose }: { box: Box; onClose: () => void }) {
  return (
    <Dialog name="why" kick={say('tab.pathway')} title={box.title} onClose={onClose}>
      <div class="chain">
        {box.passages.length > 0 && <Passages ids={box.passages} />}
        <p class="src">
          <a class="table" href={box.page}>
            {say('pathway.page')}
          </a>
        </p>
      </div>
    </Dialog>
  );
}
