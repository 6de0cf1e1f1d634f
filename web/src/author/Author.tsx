// The tab of authors: paste Turtle, see each mistake at its place, and the patient who shows it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { speakTo } from '../announce';
import { useStore } from '../state';
import { say } from '../texts';
import { Found } from './Found';
import { type Editor, makeEditor } from './editor';
import { FILE, type Report, validate } from './report';

let draft = ''; // outlives the tab, never the page
let last: { report: Report; text: string } | undefined;
const MOST_MARKED = 500;

export function View() {
  const { catalogue } = useStore();
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>();
  const running = useRef<AbortController>();
  const [report, setReport] = useState(last?.text === draft ? last.report : undefined);
  const [stale, setStale] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');

  useEffect(() => {
    if (!place.current) return undefined;
    const made = (editor.current = makeEditor(place.current, draft, say('author.editor'), () => {
      draft = made.text();
      setStale(true);
    }));
    if (report) made.mark(here(report).slice(0, MOST_MARKED));
    return () => {
      running.current?.abort();
      made.destroy();
    };
  }, []);

  async function check(): Promise<void> {
    running.current?.abort();
    const control = (running.current = new AbortController());
    setBusy(true);
    setRefusal('');
    try {
      const text = draft;
      const found = await validate(text, control.signal);
      last = { report: found, text };
      setReport(found);
      setStale(draft !== text);
      if (draft === text) editor.current?.mark(here(found).slice(0, MOST_MARKED));
      speakTo('live', say('author.found', { count: here(found).length }));
    } catch (error) {
      if (control.signal.aborted) return;
      setReport(undefined);
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      if (!control.signal.aborted) setBusy(false);
    }
  }

  return (
    <div class="author">
      <section class="card author-e" aria-labelledby="author-t">
        <h1 id="author-t">{say('author.title')}</h1>
        <p class="hint">{say('author.hint')}</p>
        <div class="author-cm" ref={place} />
        <p class="author-a">
          <button type="button" class="primary" disabled={busy} onClick={() => void check()}>
            {say(busy ? 'author.checking' : 'author.check')}
          </button>
          <span>{say('author.keys')}</span>
        </p>
      </section>
      <section class="card author-r" aria-labelledby="author-r">
        <h2 id="author-r" tabIndex={-1}>
          {say('author.result')}
        </h2>
        {refusal && <p class="note">{say('author.refused', { reason: refusal })}</p>}
        {report && catalogue && (
          <Found found={here(report)} report={report} stale={stale} catalogue={catalogue} onPlace={(line, column) => editor.current?.goTo(line, column)} />
        )}
        {!report && !refusal && <p class="nothing">{say('author.nothing')}</p>}
      </section>
    </div>
  );
}

/** What is about the draft: the content beside it may have diagnostics of its own. */
function here(report: Report) {
  return report.diagnostics.filter((one) => one.place.file === FILE);
}
