// The keys of the page, as `?` lists them. None acts while somebody types, and all can be switched off.
import { answer, copyNote, denyAsked, showKeys, togglePatient, undo } from './actions';
import { stateOf } from './facts';
import { store } from './state';

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || !store.state.keysOn || store.state.tab !== 'case' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat && !event.key.startsWith('Arrow')) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.matches('input, select, textarea')) return;
    if (onChip(event.key, target) || (!document.querySelector('dialog[open]') && onPage(event.key))) event.preventDefault();
  });
}

/** Keys that act on the chip or the answer that has the focus. */
function onChip(key: string, target: HTMLElement): boolean {
  const code = target.dataset.code;
  const { facts, catalogue } = store.state;
  if (!code || !catalogue) return false;
  if (key === 'y') answer(code, 'present');
  else if (key === 'n') answer(code, 'absent');
  else if (key === ' ' && target.matches('.chip')) answer(code, stateOf(facts, code, catalogue) === 'unknown' ? 'present' : undefined);
  else if (key.startsWith('Arrow')) return move(key, target);
  else return false;
  return true;
}

function move(key: string, target: HTMLElement): boolean {
  const group = target.closest('[data-group]');
  const all = [...(group?.querySelectorAll<HTMLElement>('[data-code]') ?? [])];
  const next = all[all.indexOf(target) + (key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1)];
  next?.focus();
  return true;
}

function onPage(key: string): boolean {
  const act = store.state.tab === 'case' || key === '?' ? PAGE_KEYS[key] : undefined;
  act?.();
  return act !== undefined;
}

const PAGE_KEYS: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLElement>('#q')?.focus(),
  '0': denyAsked,
  u: undo,
  p: togglePatient,
  c: () => void copyNote(),
  b: () => document.querySelector<HTMLElement>('#brief')?.focus(),
  '?': () => showKeys(true),
};
