// Which case to compare with: the present one, kept and changed; a link; a prepared patient.
import { useState } from 'preact/hooks';
import { compareWith, keepAndChange } from '../actions';
import { isEmpty } from '../facts';
import { readFragment } from '../fragment';
import { read } from '../service';
import { useStore } from '../state';
import type { Example } from '../tabs/contract';
import { factsOf } from '../tabs/examples';
import { useLoaded } from '../tabs/loading';
import { say } from '../texts';

const loadExamples = () => read<{ cases: Example[] }>('./v1/cases').then((reply) => reply.cases);

export function Second() {
  const { facts } = useStore();
  return (
    <div class="cmp-ways">
      <section class="card" aria-labelledby="way-keep">
        <h2 id="way-keep">{say('cmp.keepTitle')}</h2>
        <p>{say(isEmpty(facts) ? 'cmp.keepEmpty' : 'cmp.keepHint')}</p>
        <button type="button" class="primary" disabled={isEmpty(facts)} onClick={keepAndChange}>
          {say('cmp.keep')}
        </button>
      </section>
      <Pasted />
      <Prepared />
    </div>
  );
}

function Pasted() {
  const { catalogue } = useStore();
  const [refusal, setRefusal] = useState('');
  function use(event: SubmitEvent): void {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('link') ?? '');
    if (!catalogue) return;
    const found = readFragment(text.slice(text.indexOf('#') + 1).trim(), catalogue);
    if (isEmpty(found.facts)) setRefusal(say('cmp.noCase'));
    else compareWith(found.facts, found.unknown);
  }
  return (
    <section class="card" aria-labelledby="way-link">
      <h2 id="way-link">{say('cmp.linkTitle')}</h2>
      <form class="cmp-form" onSubmit={use}>
        <label for="cmp-link">{say('cmp.link')}</label>
        <input id="cmp-link" name="link" type="text" autocomplete="off" spellcheck={false} aria-describedby={refusal ? 'cmp-refusal' : undefined} aria-invalid={Boolean(refusal)} />
        {refusal && (
          <p class="note" id="cmp-refusal" role="alert">
            {refusal}
          </p>
        )}
        <button type="submit" class="primary quiet">
          {say('cmp.use')}
        </button>
      </form>
    </section>
  );
}

function Prepared() {
  const { catalogue } = useStore();
  const { found } = useLoaded('examples', loadExamples);
  const [chosen, setChosen] = useState('');
  const usable = catalogue ? (found ?? []).flatMap((one) => {
    const facts = factsOf(one, catalogue);
    return facts ? [{ name: one.name, title: one.title, facts }] : [];
  }) : [];
  if (!usable.length) return null;
  const facts = usable.find((one) => one.name === chosen)?.facts;
  return (
    <section class="card" aria-labelledby="way-example">
      <h2 id="way-example">{say('cmp.exampleTitle')}</h2>
      <form
        class="cmp-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (facts) compareWith(facts);
        }}
      >
        <label for="cmp-example">{say('cmp.example')}</label>
        <select id="cmp-example" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">{say('cmp.choose')}</option>
          {usable.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </select>
        <button type="submit" class="primary quiet" disabled={!facts}>
          {say('cmp.use')}
        </button>
      </form>
    </section>
  );
}
