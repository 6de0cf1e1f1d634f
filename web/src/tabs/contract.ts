// What the service lists for the tabs beside the case.
import type { Listed } from '../contract';

/** One side of a disagreement. */
export interface Position {
  label: string;
  recommendation?: string;
  sources: string[];
  passages: string[];
}

/** A disagreement of the sources, as `GET /v1/tensions` lists it. */
export interface Tension extends Listed {
  resolution: 'exposed' | 'resolved';
  handling?: string;
  leaves_open?: string[];
  positions: Position[];
}

/** A prepared case, as `GET /v1/cases` lists it. */
export interface Example {
  name: string;
  title: string;
  story: string;
  shows?: string;
  vignette?: string;
  case: { present?: unknown[]; absent?: unknown[]; measurements?: Record<string, unknown> };
}
