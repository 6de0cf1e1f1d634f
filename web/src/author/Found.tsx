// The diagnostics of a draft: where, what, why, how to mend it, and the patient who shows it.
import type { Catalogue } from '../catalogue';
import { say, sayOf } from '../texts';
import type { Diagnostic, Report } from './report';
import { addressOf } from './witness';

const MOST = 200;

interface Props {
  found: Diagnostic[];
  report: Report;
  stale: boolean;
  catalogue: Catalogue;
  onPlace: (line: number, column: number) => void;
}

export function Found({ found, report, stale, catalogue, onPlace }: Props) {
  const elsewhere = report.diagnostics.length - found.length;
  return (
    <>
      <p class={stale ? 'note' : 'hint'}>{stale ? say('author.stale') : say('author.found', { count: found.length })}</p>
      <ol class="found">
        {found.slice(0, MOST).map((one) => (
          <li key={one.fingerprint} data-severity={one.severity}>
            <button type="button" class="link" onClick={() => onPlace(one.place.line, one.place.column)}>
              {say('author.place', { line: one.place.line, column: one.place.column })}
            </button>{' '}
            <b>{sayOf('severity', one.severity)}</b> <code>{one.id}</code> {one.label || one.subject}
            <p>{one.what}</p>
            <p class="hint">
              {one.why} {one.mend}
            </p>
            {one.witness && (
              <div class="witness">
                <p>
                  <b>{say('author.patient')}</b> {one.witness.words.join(', ') || say('author.anyone')}
                </p>
                {one.witness.shows.map((text) => (
                  <p key={text}>{text}</p>
                ))}
                <a href={addressOf(one.witness, catalogue)}>{say('author.open')}</a>
              </div>
            )}
            {catalogue.rule[one.subject.replace(/^rule:/, '')] && (
              <a href={`./${one.subject.replace(':', '/')}`}>{say('author.shipped')}</a>
            )}
          </li>
        ))}
      </ol>
      {found.length > MOST && <p class="hint">{say('author.more', { count: found.length - MOST })}</p>}
      {elsewhere > 0 && <p class="hint">{say('author.elsewhere', { count: elsewhere })}</p>}
      {report.not_run.length > 0 && (
        <details class="note" open={!report.diagnostics.length}>
          <summary>{say('author.notRunAll', { count: report.not_run.length })}</summary>
          {report.not_run.map((one) => (
            <p key={one.check}>{say('author.notRun', { check: one.check, reason: one.reason })}</p>
          ))}
        </details>
      )}
    </>
  );
}
