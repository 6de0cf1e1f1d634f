// A tree of links (the navigation tree of the ARIA practices): arrows move, open and close; one stop for the Tab key.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/Icon';
import { linkTo } from './links';
import { above, type Node } from './nodes';

interface Props {
  nodes: Node[];
  name: string;
  entry: string;
}

export function Tree({ nodes, name, entry }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState('');
  const tree = useRef<HTMLUListElement>(null);
  const wanted = useMemo(() => above(nodes, entry), [nodes, entry]);
  useEffect(() => {
    if (wanted.length) setOpen((before) => new Set([...before, ...wanted]));
  }, [wanted]);
  useEffect(() => {
    tree.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [entry, open.size > 0]);
  const rows = useMemo(() => shown(nodes, open), [nodes, open]);
  const current = rows.find((row) => row.node.path === entry)?.node.key;
  const stop = rows.some((row) => row.node.key === at) ? at : (current ?? nodes[0]?.key);
  const turn = (key: string, opened = !open.has(key)) => {
    const next = new Set(open);
    if (opened) next.add(key);
    else next.delete(key);
    setOpen(next);
  };
  const go = (row: Row | undefined) => {
    if (!row) return;
    setAt(row.node.key);
    tree.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.node.key)}"]`)?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const place = rows.findIndex((row) => row.node.key === stop);
    const row = rows[place];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = row.node.children.length > 0;
    const acts: Record<string, () => void> = {
      ArrowDown: () => go(rows[place + 1]),
      ArrowUp: () => go(rows[place - 1]),
      ArrowRight: () => (inside && open.has(row.node.key) ? go(rows[place + 1]) : inside && turn(row.node.key, true)),
      ArrowLeft: () => (inside && open.has(row.node.key) ? turn(row.node.key, false) : go(rows.find((one) => one.node === row.parent))),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ...(row.node.path ? {} : { Enter: () => turn(row.node.key), ' ': () => turn(row.node.key) }),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]?.();
  };
  return (
    <ul class="tree" role="tree" aria-label={name} ref={tree} onKeyDown={onKey}>
      <Level nodes={nodes} {...{ open, entry, stop, turn, setAt }} />
    </ul>
  );
}

interface Row {
  node: Node;
  parent: Node | undefined;
}

/** The rows that can be seen, from above. */
function shown(nodes: Node[], open: ReadonlySet<string>, parent?: Node): Row[] {
  return nodes.flatMap((node) => [{ node, parent }, ...(open.has(node.key) ? shown(node.children, open, node) : [])]);
}

interface LevelProps {
  nodes: Node[];
  open: ReadonlySet<string>;
  entry: string;
  stop: string | undefined;
  turn: (key: string) => void;
  setAt: (key: string) => void;
}

function Level({ nodes, ...shared }: LevelProps) {
  const { open, entry, stop, turn, setAt } = shared;
  return (
    <>
      {nodes.map((node) => {
        const inside = node.children.length > 0;
        const unfolded = inside && open.has(node.key);
        const Row = node.path ? 'a' : 'span';
        return (
          <li key={node.key} role="none">
            <div class="row" role="none">
              {inside && (
                <span class="twist" aria-hidden="true" onClick={() => turn(node.key)}>
                  <Icon name="chevron" />
                </span>
              )}
              <Row
                role="treeitem"
                data-key={node.key}
                tabIndex={node.key === stop ? 0 : -1}
                {...(node.path ? { href: linkTo(node.path) } : { onClick: () => turn(node.key) })}
                {...(inside ? { 'aria-expanded': unfolded, 'aria-owns': unfolded ? idOf(node) : undefined } : {})}
                aria-current={node.path === entry ? 'page' : undefined}
                onFocus={() => setAt(node.key)}
              >
                {node.id && <span class="pid">{node.id}</span>} <span>{node.label}</span>
                {inside && <span class="cnt"> {node.children.length}</span>}
                {node.note && <span class="ls"> {node.note}</span>}
              </Row>
            </div>
            {unfolded && (
              <ul role="group" id={idOf(node)}>
                <Level nodes={node.children} {...shared} />
              </ul>
            )}
          </li>
        );
      })}
    </>
  );
}

const idOf = (node: Node): string => `tree-${node.key.replace(/[^\w]/g, '_')}`;
