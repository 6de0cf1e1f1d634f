// Links that stay in the tab: the entry stands in the fragment, beside the case.
import { writeFragment } from '../fragment';
import { store } from '../state';

/** The address of an entry, a section, or the start of the tab. */
export function linkTo(entry: string): string {
  const { facts, patient, other } = store.state;
  return writeFragment(facts, patient, 'browse', '', { entry, other });
}

/** Whether a link of the service leads to something that the tab shows. */
export const isOwn = (href: string): boolean => /^[a-z]+\/[\w.~-]+$/.test(href);
