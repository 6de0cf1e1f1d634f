// Parts of an entry: what is stated of it, and what stands in relation to it.
import { sentence } from '../catalogue';
import { say, sayOf } from '../texts';
import type { Description, Linked } from './contract';
import { isOwn, linkTo } from './links';

const MOST = 12;

/** A value, or a link: to an entry of the tab, to a page of the service, or elsewhere. */
export function Value({ item }: { item: Linked }) {
  const { text, href = '', note } = item;
  const to = isOwn(href) ? linkTo(href) : href.includes(':') ? href : `./${href}`;
  return (
    <>
      {href ? <a href={to}>{text}</a> : text}
      {note && <span class="ls"> {note}</span>}
    </>
  );
}

export function Values({ title, items }: { title: string; items: Linked[] }) {
  if (!items.length) return null;
  return (
    <section>
      <h3>{title}</h3>
      <List items={items} />
    </section>
  );
}

export function Groups({ groups }: { groups: Description['groups'] }) {
  return (
    <>
      {groups.map(({ title, items, note }) => (
        <section key={title}>
          <h3>
            {sayOf('desc', title)} <span class="cnt">{items.length}</span>
          </h3>
          {note && <p class="src">{note}</p>}
          <List items={items} />
        </section>
      ))}
    </>
  );
}

function List({ items }: { items: Linked[] }) {
  const rest = items.slice(MOST);
  return (
    <>
      <ul class="links">{items.slice(0, MOST).map(line)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{say('brief.more', { count: rest.length })}</summary>
          <ul class="links">{rest.map(line)}</ul>
        </details>
      )}
    </>
  );
}

const line = (item: Linked) => (
  <li key={item.href ?? item.text}>
    <Value item={item} />
  </li>
);

/** Every property with its values; folded away where they say little to most readers. */
export function Stated({ rows, folded }: { rows: Description['rows']; folded: boolean }) {
  if (!rows.length) return null;
  const list = (
    <dl class="stated">
      {rows.map((row) => (
        <div key={row.name}>
          <dt>{sentence(row.name)}</dt>
          {row.items.map((item, place) => (
            <dd key={place}>
              <Value item={item} />
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
  if (!folded) return list;
  return (
    <details>
      <summary>{say('browse.stated')}</summary>
      {list}
    </details>
  );
}
