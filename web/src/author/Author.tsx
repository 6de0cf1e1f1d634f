// The tab of authors: paste Turtle, see each mistake at its place, and the patient who shows it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { speakTo } from '../announce';
import { useStore } from '../state';
import { say } from '../texts';
import { Found } from './Found';
import { type Editor, makeEditor } from './editor';
import { type Report, validate } from './report';
import { Trial } from './Trial';
import { useTrial } from './trying';
import { factsOf, type Witness } from './witness';

let draft = ''; // outlives the tab, never the page
let file = 'shapes/rules/draft.ttl';
let last: { report: Report; text: string } | undefined;
const MOST_MARKED = 500;

export function View() {
  const { catalogue, facts } = useStore();
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>();
  const running = useRef<AbortController>();
  const [report, setReport] = useState(last?.text === draft ? last.report : undefined);
  const [stale, setStale] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const [, setEdits] = useState(0); // so that what was tried is known to be of an earlier text
  const [audience, setAudience] = useState('clinician');
  const trial = useTrial(() => ({ name: file, text: draft }));

  useEffect(() => {
    if (!place.current) return undefined;
    const made = (editor.current = makeEditor(place.current, draft, say('author.editor'), () => {
      draft = made.text();
      setStale(true);
      setEdits((count) => count + 1);
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
      const found = await validate(file, text, control.signal);
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

  const readOf = (witness: Witness) => {
    if (catalogue) void trial.read(factsOf(witness, catalogue), audience, witness.words.join(', '));
  };
  return (
    <div class="author">
      <section class="card author-e" aria-labelledby="author-t">
        <h1 id="author-t">{say('author.title')}</h1>
        <p class="hint">{say('author.hint')}</p>
        <p class="author-f">
          <label for="author-file">{say('author.file')}</label>
          <input id="author-file" type="text" value={file} spellcheck={false} autocomplete="off" aria-describedby="author-fh" onInput={(event) => (file = event.currentTarget.value)} />
          <span class="hint" id="author-fh">
            {say('author.fileHint')}
          </span>
        </p>
        <div class="author-cm" ref={place} />
        <p class="author-a">
          <button type="button" class="primary" disabled={busy} onClick={() => void check()}>
            {say(busy ? 'author.checking' : 'author.check')}
          </button>
          <button type="button" class="primary quiet" disabled={trial.busy !== undefined} onClick={() => void trial.compare()}>
            {say(trial.busy === 'difference' ? 'author.comparing' : 'author.compare')}
          </button>
          <button type="button" class="primary quiet" disabled={trial.busy !== undefined} onClick={() => void trial.read(facts, audience, say('author.present'))}>
            {say(trial.busy === 'article' ? 'author.reading' : 'author.read')}
          </button>
          <span class="author-for">
            <label for="author-for">{say('author.for')}</label>
            <select id="author-for" value={audience} onChange={(event) => setAudience(event.currentTarget.value)}>
              <option value="clinician">{say('author.forClinician')}</option>
              <option value="patient">{say('author.forPatient')}</option>
            </select>
          </span>
        </p>
        <p class="hint">{say('author.keys')}</p>
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
      {catalogue &&
        trial.outcomes.map((one) => <Trial key={one.task} outcome={one} stale={one.text !== draft} catalogue={catalogue} onPatient={readOf} />)}
    </div>
  );
}

/** What is about the draft: the content beside it may have diagnostics of its own. */
function here(report: Report) {
  return report.diagnostics.filter((one) => one.place.file === file);
}
