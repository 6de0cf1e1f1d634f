// What the editor completes: the prefixes of the project, and the classes and properties that the endpoint itself has.
import Yasgui from '@zazuko/yasgui';
import { select } from './endpoint';

const CLASSES = 'SELECT DISTINCT ?term WHERE { { [] a ?term } UNION { ?term a <http://www.w3.org/2002/07/owl#Class> } FILTER isIRI(?term) }';
const PROPERTIES = 'SELECT DISTINCT ?term WHERE { ?s ?term ?o }';

/** Replace the completers that would ask services elsewhere. */
export function completeFromHere(prefixes: Record<string, string>): void {
  const { Autocompleters } = Yasgui.Yasqe;
  const own = { bulk: true, persistenceId: null };
  const declared = Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`);
  Object.assign(Autocompleters.prefixes as object, own, { get: () => declared.sort() });
  Object.assign(Autocompleters.class as object, own, { get: () => terms(CLASSES) });
  Object.assign(Autocompleters.property as object, own, { get: () => terms(PROPERTIES) });
}

async function terms(query: string): Promise<string[]> {
  return (await select(query)).map((row) => row.term?.value ?? '').filter(Boolean);
}
