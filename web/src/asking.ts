// Which screen is asked now: the one that was asked stays until nothing of it is open, then the first that is wanted next.
import type { Catalogue } from './catalogue';
import type { Answer, Screen } from './contract';
import { type Facts, hasValue, isComplete, stateOf } from './facts';
import type { Asking } from './state';

export function nextAsking(
  answer: Answer,
  facts: Facts,
  before: Asking | undefined,
  skipped: readonly string[],
  catalogue: Catalogue,
): Asking | undefined {
  const open = answer.screens.filter((screen) => screen.id in catalogue.screen);
  const staying = before && open.find((screen) => screen.id === before.screen);
  if (staying && before && !isComplete(shownScreen(before, catalogue), facts, catalogue)) {
    return { screen: before.screen, items: inOrder([...before.items, ...codesOf(staying)], before.screen, catalogue) };
  }
  const next = open.find((screen) => !skipped.includes(screen.id)) ?? open[0];
  return next && opened(next, facts, catalogue);
}

/** A screen as it is shown when somebody turns to it: what is open in it, and what has an answer. */
export function opened(open: Screen, facts: Facts, catalogue: Catalogue): Asking {
  const whole = catalogue.screen[open.id] ?? open;
  const asked = new Set(codesOf(open));
  const items = whole.items.filter(({ code }) => !asked.size || asked.has(code) || isAnswered(code, facts, catalogue));
  return { screen: open.id, items: items.map((item) => item.code) };
}

/** The screen with the items that are shown of it. */
export function shownScreen(asking: Asking, catalogue: Catalogue): Screen {
  const whole = catalogue.screen[asking.screen] as Screen;
  return { ...whole, items: whole.items.filter((item) => asking.items.includes(item.code)) };
}

/** "Safety screen n of m": the safety screens that were answered, and those that can still change the level. */
export function safetyProgress(answer: Answer, facts: Facts, catalogue: Catalogue): { done: number; all: number } {
  const open = new Set(answer.screens.filter((screen) => screen.tier === 'safety').map((screen) => screen.id));
  const answered = catalogue.screens.filter(
    (screen) =>
      screen.tier === 'safety' && !open.has(screen.id) && codesOf(screen).some((code) => isAnswered(code, facts, catalogue)),
  );
  return { done: answered.length, all: answered.length + open.size };
}

function isAnswered(code: string, facts: Facts, catalogue: Catalogue): boolean {
  return hasValue(facts, code) || stateOf(facts, code, catalogue) !== 'unknown';
}

function codesOf(screen: Screen): string[] {
  return screen.items.map((item) => item.code);
}

function inOrder(codes: string[], id: string, catalogue: Catalogue): string[] {
  return codesOf(catalogue.screen[id] as Screen).filter((code) => codes.includes(code));
}
