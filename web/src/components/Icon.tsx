// Icons. Each stands beside a word and is hidden from screen readers; shapes differ, so that colour is never needed.

const LINE = { fill: 'none', stroke: 'currentColor', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' } as const;
const CUT = { fill: 'none', stroke: 'var(--icon-cut)', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' } as const;
const RING = <circle cx="8" cy="8" r="6.1" {...LINE} stroke-width="1.6" />;
const TICK = 'm4.9 8.3 2.2 2.2 4-4.4';

const SMALL = {
  yes: <path d="m3.4 8.6 3 3 6.2-7" {...LINE} stroke-width="2" />,
  no: <path d="M3.6 8h8.8" {...LINE} stroke-width="2" />,
  ask: <circle cx="8" cy="8" r="5.4" {...LINE} stroke-width="1.5" stroke-dasharray="2.4 1.8" />,
  derived: <path d="M3.5 6h9M3.5 10h9" {...LINE} stroke-width="1.8" />,
  conflict: <path d="M3.5 6h9M3.5 10h9M10.6 3l-5 10" {...LINE} stroke-width="1.7" />,
  indicated: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d={TICK} {...CUT} stroke-width="1.7" />
    </>
  ),
  may: (
    <>
      {RING}
      <path d="m5.2 8.3 2 2 3.6-4" {...LINE} stroke-width="1.5" />
    </>
  ),
  against: (
    <>
      {RING}
      <path d="m3.9 12.1 8.2-8.2" {...LINE} stroke-width="1.7" />
    </>
  ),
  provisional: (
    <>
      {RING}
      <path d="M8 1.9a6.1 6.1 0 0 1 0 12.2z" fill="currentColor" />
    </>
  ),
  overridden: (
    <>
      {RING}
      <path d="m5.4 5.4 5.2 5.2M10.6 5.4l-5.2 5.2" {...LINE} stroke-width="1.5" />
    </>
  ),
  done: (
    <>
      <rect x="1.9" y="1.9" width="12.2" height="12.2" rx="2.6" {...LINE} stroke-width="1.5" />
      <path d={TICK} {...LINE} stroke-width="1.7" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.6" {...LINE} stroke-width="1.6" />
      <path d="m10.6 10.6 3.4 3.4" {...LINE} stroke-width="1.7" />
    </>
  ),
  chevron: <path d="m6 3.5 4.5 4.5L6 12.5" {...LINE} stroke-width="1.7" />,
  close: <path d="m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4" {...LINE} stroke-width="1.7" />,
} as const;

const LARGE = {
  emergency: (
    <>
      <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor" />
      <path d="M12 6.5v7M12 16.6v1.4" {...CUT} stroke-width="2.4" />
    </>
  ),
  urgent: (
    <>
      <path d="M12 2.5 22.5 21h-21z" fill="currentColor" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" />
      <path d="M12 9.5v5M12 17.4v.6" {...CUT} stroke-width="2.2" />
    </>
  ),
  routine: (
    <>
      <circle cx="12" cy="12" r="10.2" fill="currentColor" />
      <path d="m7.4 12.4 3.2 3.2 6-6.6" {...CUT} stroke-width="2.3" />
    </>
  ),
  undetermined: (
    <>
      <circle cx="12" cy="12" r="9.6" {...LINE} stroke-width="2.2" stroke-dasharray="3.6 2.6" />
      <path d="M9.4 9.6a2.7 2.7 0 1 1 3.9 2.5c-.9.5-1.3 1-1.3 1.9M12 16.7v.5" {...LINE} stroke-width="2.1" />
    </>
  ),
  brand: (
    <>
      <rect x="7.5" y="1.5" width="9" height="5" rx="2.2" fill="currentColor" />
      <rect x="6" y="9.5" width="12" height="5" rx="2.2" fill="currentColor" opacity=".62" />
      <rect x="4.5" y="17.5" width="15" height="5" rx="2.2" fill="currentColor" opacity=".34" />
    </>
  ),
} as const;

export type IconName = keyof typeof SMALL | keyof typeof LARGE;

export function Icon({ name, kind = '' }: { name: IconName; kind?: string }) {
  const large = name in LARGE;
  return (
    <svg class={`ic ${large ? 'big' : ''} ${kind}`} viewBox={large ? '0 0 24 24' : '0 0 16 16'} aria-hidden="true" focusable="false">
      {large ? LARGE[name as keyof typeof LARGE] : SMALL[name as keyof typeof SMALL]}
    </svg>
  );
}
