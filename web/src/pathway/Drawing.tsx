// The picture: larger, smaller or whole; a press on a link of it opens what it speaks of, and the focus outlives a new picture.
import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../texts';
import type { Box } from './BoxDialog';
import { sameLink, targetOf, targetsIn } from './picture';

interface Props {
  picture: SVGSVGElement;
  old: boolean;
  onOpen: (target: string, box: Box) => void;
}

/** Pixels of a point, in which the service draws. */
const NATURAL = 4 / 3;
const STEP = 1.25;
/** What stands before a line and says whether it holds. */
const MARK = /^[^\p{L}\p{N}] /u;
const LEAST = 0.25;
const MOST = 4;

export function Drawing({ picture, old, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(NATURAL);
  useEffect(() => {
    const focused = targetOf(document.activeElement);
    const { scrollLeft = 0, scrollTop = 0 } = frame.current ?? {};
    frame.current?.replaceChildren(picture);
    frame.current?.scrollTo(scrollLeft, scrollTop);
    if (focused) sameLink(picture, focused)?.focus({ preventScroll: true });
  }, [picture]);
  useEffect(() => {
    const { width, height } = picture.viewBox.baseVal;
    picture.setAttribute('width', String(Math.round(width * size)));
    picture.setAttribute('height', String(Math.round(height * size)));
  }, [picture, size]);
  const fit = () => setSize(Math.max(((frame.current?.clientWidth ?? 0) - 2) / picture.viewBox.baseVal.width, LEAST));
  return (
    <>
      <div class="pathway-tools">
        <span class="src">{say('pathway.hint')}</span>
        <button type="button" class="ghost" onClick={() => setSize(Math.max(size / STEP, LEAST))}>
          {say('pathway.narrower')}
        </button>
        <button type="button" class="ghost" onClick={() => setSize(Math.min(size * STEP, MOST))}>
          {say('pathway.wider')}
        </button>
        <button type="button" class="ghost" onClick={fit}>
          {say('pathway.fit')}
        </button>
      </div>
      <div
        class="pathway-frame"
        ref={frame}
        role="region"
        tabIndex={0}
        aria-label={say('pathway.picture')}
        aria-busy={old}
        data-old={old ? '' : undefined}
        onClick={(event) => {
          const link = event.target instanceof Element ? event.target.closest('a') : null;
          if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onOpen(targetOf(link), boxOf(link));
        }}
      />
    </>
  );
}

/** The box in which a link stands: what it is called, and its passages. */
function boxOf(link: Element): Box {
  const node = link.closest('g.node');
  const passages = targetsIn(node).filter((target) => target.startsWith('./passage/'));
  const own = targetOf(link);
  const ids = (own.startsWith('./passage/') ? [own, ...passages.filter((one) => one !== own)] : passages).map((one) => one.slice('./passage/'.length));
  const words = (own.startsWith('./passage/') ? node?.querySelector('a') : link)?.textContent ?? '';
  return { title: words.replace(/\s+/g, ' ').trim().replace(MARK, ''), passages: ids, page: own };
}
