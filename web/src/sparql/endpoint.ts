// Questions that the page itself asks of the endpoint.
export interface Term {
  type: string;
  value: string;
  'xml:lang'?: string;
  datatype?: string;
}
export type Row = Record<string, Term | undefined>;

/** A query, answered in a media type. */
export function ask(query: string, accept: string): Promise<Response> {
  return fetch('./sparql', { method: 'POST', body: query, headers: { 'Content-Type': 'application/sparql-query', Accept: accept } });
}

/** The rows of a SELECT. */
export async function select(query: string): Promise<Row[]> {
  const reply = await ask(query, 'application/sparql-results+json');
  if (!reply.ok) throw new Error(`${reply.status} ${reply.statusText}`);
  return (await reply.json()).results.bindings;
}
