// What a screen reader hears: one sentence after each answer; only a level raised to emergency interrupts.
import type { Brief } from './contract';
import type { Decided } from './state';
import { say, sayOf } from './texts';

let recorded = '';

/** What was recorded last; it is said together with the answer to it. */
export function remember(sentence: string): void {
  recorded = sentence;
}

export function announce(now: Decided, before: Decided | undefined): void {
  const { brief } = now.answer;
  const turned = Object.keys(now.places).filter((id) => now.before[id] !== now.places[id]).length;
  const raised = brief.level === 'emergency' && before?.answer.brief.level !== 'emergency';
  const parts = [recorded, levelOf(brief, before?.answer.brief), turned ? say('live.changed', { count: turned }) : ''];
  speakTo(raised ? 'alarm' : 'live', parts.filter(Boolean).join(' '));
  recorded = '';
}

export function speakTo(id: 'live' | 'alarm', text: string): void {
  const region = document.getElementById(id);
  if (region) region.textContent = text;
}

function levelOf(brief: Brief, before: Brief | undefined): string {
  const level = sayOf('level', brief.level);
  if (brief.level === before?.level && brief.headline === before.headline) return say('live.still', { level });
  const headline = brief.headline.replace(new RegExp(`^${brief.level}: `, 'i'), ''); // the level is said already
  return say('live.now', { level, headline });
}
