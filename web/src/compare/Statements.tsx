// What is stated otherwise: each statement with the lines that went and that came.
import { say, sayOf } from '../texts';
import { linesOf, type Statement } from './difference';

const MOST = 60;
const MOST_LINES = 12;

export function Statements({ statements }: { statements: Statement[] }) {
  return (
    <>
      <h2 class="page-part">
        {say('dif.stated')} <span class="cnt">{statements.length}</span>
      </h2>
      {!statements.length && <p class="nothing">{say('dif.nothingStated')}</p>}
      <ul class="dif-r">
        {statements.slice(0, MOST).map((one) => (
          <li key={`${one.kind} ${one.subject}`} class="card">
            <h3>{one.label || one.subject}</h3>
            <p class="ls">
              {sayOf('dif.how', one.how)}: {one.kind} <code>{one.subject}</code>
              {one.place && ` ${one.place.file}:${one.place.line}`}
            </p>
            {one.fields.map((field) => (
              <Field key={field.field} field={field} />
            ))}
          </li>
        ))}
      </ul>
      {statements.length > MOST && <p class="ls">{say('author.more', { count: statements.length - MOST })}</p>}
    </>
  );
}

function Field({ field }: { field: Statement['fields'][number] }) {
  const lines = linesOf(field);
  return (
    <dl class="dif-f">
      <dt class="ls">{field.field}</dt>
      {lines.slice(0, MOST_LINES).map(({ sign, text }) => (
        <dd key={sign + text} data-sign={sign}>
          <span aria-hidden="true">{sign}</span>
          <span class="vh">{say(sign === '+' ? 'dif.now' : 'dif.before')} </span>
          <code>{text}</code>
        </dd>
      ))}
      {lines.length > MOST_LINES && <dd class="ls">{say('author.more', { count: lines.length - MOST_LINES })}</dd>}
    </dl>
  );
}
