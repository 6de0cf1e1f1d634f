// What of the record was used, for which fact, and what was not, and why; and what could not be had.
import { useStore } from '../state';
import { shortName } from '../catalogue';
import { say, sayOf } from '../texts';
import type { Account, ReadFact } from './contract';
import type { Missing } from './record';

export function OfRecord({ account, missing }: { account: Account; missing: Missing[] }) {
  const entries = account.entries ?? [];
  return (
    <section class="card" aria-labelledby="record-t">
      <h2 id="record-t">{say('smart.record')}</h2>
      <p>{say('smart.used', { used: account.used, count: account.resources })}</p>
      {missing.length > 0 && <NotHad missing={missing} />}
      {(account.attention ?? []).length > 0 && (
        <ul class="attention">
          {(account.attention ?? []).map((one) => (
            <li key={one.kind + one.text}>
              {one.text} <span class="src">{[one.resource, (one.count ?? 1) > 1 ? `× ${one.count}` : ''].filter(Boolean).join(' ')}</span>
            </li>
          ))}
        </ul>
      )}
      <Entries title="smart.usedTitle" entries={entries.filter((one) => one.facts?.length)} />
      <Entries title="smart.unusedTitle" entries={entries.filter((one) => !one.facts?.length)} />
      {account.assumed_absent?.length ? (
        <details>
          <summary>{say('smart.assumed', { count: account.assumed_absent.length })}</summary>
          <ul>
            {account.assumed_absent.map((one) => (
              <li key={one.code}>
                <Name code={one.code} />: {one.why}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}

/** Said above everything: the answer may rest on less than the record has. */
export function NotHad({ missing }: { missing: Missing[] }) {
  return (
    <p class="note">
      {say('smart.missing', { names: missing.map(({ type, why }) => `${type} (${why})`).join('; ') })}
    </p>
  );
}

function Entries({ title, entries }: { title: 'smart.usedTitle' | 'smart.unusedTitle'; entries: NonNullable<Account['entries']> }) {
  if (!entries.length) return null;
  return (
    <details>
      <summary>{say(title, { count: entries.length })}</summary>
      <ul class="entries">
        {entries.map((one, place) => (
          <li key={place}>
            <span class="pid">{one.resource}</span>
            {(one.facts ?? []).map((fact) => (
              <Fact key={fact.member + fact.code} fact={fact} />
            ))}
            {(one.notes ?? []).map((note) => (
              <span class="src" key={note.kind + note.text}>
                {note.text}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Fact({ fact }: { fact: ReadFact }) {
  const value = fact.value === undefined ? undefined : Number(fact.value.toFixed(4));
  const said = fact.choice ?? value ?? sayOf('state', fact.member);
  return (
    <span>
      <Name code={fact.code} />: {said}
      {fact.at && ` (${fact.at})`}
    </span>
  );
}

function Name({ code }: { code: string }) {
  const { catalogue } = useStore();
  return <b>{shortName(catalogue?.item[code], code)}</b>;
}
