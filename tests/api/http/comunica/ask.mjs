// Asks one endpoint all four forms of query with Comunica and prints what it found as JSON.
// node ask.mjs ENDPOINT QUERIES, in the folder that has node_modules; QUERIES is {"select": …, "ask": …, "deny": …, "construct": …, "describe": …}.
import { createRequire } from "node:module";

const { QueryEngine } = createRequire(`${process.cwd()}/`)("@comunica/query-sparql");
const [endpoint, queries] = [process.argv[2], JSON.parse(process.argv[3])];

const term = ({ termType, value, language, datatype }) =>
  termType === "Literal" ? [termType, value, language || datatype.value] : [termType, value];
const triples = async (stream) =>
  (await stream.toArray()).map(({ subject, predicate, object }) => [subject, predicate, object].map(term));

async function askAll(source) {
  const engine = new QueryEngine();
  const context = { sources: [source] };
  const bindings = await (await engine.queryBindings(queries.select, context)).toArray();
  return {
    select: bindings.map((row) => Object.fromEntries([...row].map(([name, value]) => [name.value, term(value)]))),
    ask: await engine.queryBoolean(queries.ask, context),
    deny: await engine.queryBoolean(queries.deny, context),
    construct: await triples(await engine.queryQuads(queries.construct, context)),
    describe: await triples(await engine.queryQuads(queries.describe, context)),
  };
}

console.log(
  JSON.stringify({
    // told that it is an endpoint, and left to find that out from the service description
    told: await askAll({ type: "sparql", value: endpoint }),
    found: await askAll(endpoint),
  }),
);
