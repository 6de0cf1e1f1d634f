// Runs exported libraries: `node cql.mjs FOLDER NAME RESULTS < cases`, a JSON object a line in both. (Engines write to stdout.)
//
// A case has `parameters`: name → {type, value}; null is said by `value: null`. A result has what each engine says of each
// definition that was asked for, the reference engine from the CQL text, cql-execution from the ELM beside it; and the seconds
// of processor time that each of them took.
import { openSync, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

import {
  CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider, createUcumService, stringAsSource,
} from "@cqframework/cql/cql-to-elm";
import { SystemModelInfoProvider } from "@cqframework/cql/cql";
import * as engine from "@cqframework/cql/engine";
import { KtList, KtMap, KtMutableMap, KtMutableSet } from "@cqframework/cql/kotlin-kotlin-stdlib";
import { BigDecimal } from "@cqframework/cql/shared";

const execution = createRequire(import.meta.url)("cql-execution");
const [folder, name, results] = process.argv.slice(2);
const text = readFileSync(`${folder}/${name}.cql`, "utf8");
const elm = JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));

const READINGS = "List<Tuple{number Integer, value Decimal, at Interval<Date>}>";

// The reference translator and engine ------------------------------------------------------------

function libraries() {
  const models = new ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
  const unused = () => { throw new Error("No library converts units."); };
  const ucum = createUcumService(unused, () => null, unused, unused);
  const manager = new LibraryManager(models, undefined, undefined, ucum);
  manager.librarySourceLoader.registerProvider(createLibrarySourceProvider((id) => (id === name ? stringAsSource(text) : null)));
  return manager;
}

function translated() {
  const translator = CqlTranslator.fromText(text, libraries());
  const messages = translator.exceptions.asJsReadonlyArrayView().map((one) => one.message);
  return { messages, library: JSON.parse(translator.toJson()).library };
}

const date = (value) => engine.Date.fromDateString(value);
const makers = {
  Boolean: (value) => new engine.Boolean(value),
  Decimal: (value) => new engine.Decimal(BigDecimal.fromString(value)),
  String: (value) => new engine.String(value),
  "Interval<Date>": ([low, high]) => new engine.Interval(date(low), true, date(high), true),
};
makers["List<Interval<Date>>"] = (values) => listOf(values.map((value) => (value === null ? null : makers["Interval<Date>"](value))));
makers[READINGS] = (values) => listOf(values.map(({ number, value, at }) => {
  const members = { number: new engine.Integer(Number(number)), value: makers.Decimal(value), at: at && makers["Interval<Date>"](at) };
  return new engine.Tuple().withElements(KtMutableMap.fromJsMap(new Map(Object.entries(members))));
}));
const listOf = (values) => new engine.List(KtList.fromJsArray(values));
const made = ({ type, value }) => (value === null ? null : makers[type](value));

const manager = libraries();

function referenceResults(parameters, wanted) {
  // A new environment for each patient: parameters and what was worked out stay in it.
  const environment = new engine.Environment(manager);
  const caching = KtMutableSet.fromJsSet(new Set([engine.CqlEngine.Options.EnableExpressionCaching]));
  const asked = new engine.EvaluationParams.LibraryParams.Builder();
  asked.expressionsByName(wanted);
  const builder = new engine.EvaluationParams.Builder();
  builder.libraryByName(name, asked.build());
  builder.parameters = KtMap.fromJsMap(new Map(Object.entries(parameters).map(([key, one]) => [`${name}.${key}`, made(one)])));
  const found = new engine.CqlEngine(environment, caching).evaluate(builder.build()).onlyResultOrThrow;
  return wanted.map((one) => plain(found.getByName(one).value));
}

function plain(value) {
  if (value === null || value === undefined) return null;
  return ["boolean", "string"].includes(typeof value.value) ? value.value : value.toString();
}

// cql-execution ------------------------------------------------------------------------------------

const library = new execution.Library(elm);
const given = {
  Boolean: (value) => value,
  Decimal: Number,
  String: (value) => value,
  "Interval<Date>": ([low, high]) => new execution.Interval(execution.Date.parse(low), execution.Date.parse(high)),
};

given["List<Interval<Date>>"] = (values) => values.map((value) => value && given["Interval<Date>"](value));
given[READINGS] = (values) => values.map(({ number, value, at }) => ({
  number: Number(number), value: Number(value), at: at && given["Interval<Date>"](at),
}));

async function executionResults(parameters, wanted) {
  const entries = Object.entries(parameters).map(([key, { type, value }]) => [key, value === null ? null : given[type](value)]);
  const executor = new execution.Executor(library, null, Object.fromEntries(entries));
  const results = await executor.exec(new execution.PatientSource([{ id: "1", resourceType: "Patient" }]));
  const [found] = Object.values(results.patientResults);
  return wanted.map((one) => found[one] ?? null);
}

// Lines --------------------------------------------------------------------------------------------

const output = openSync(results, "w");
const write = (value) => writeSync(output, `${JSON.stringify(value)}\n`);
write(translated());
const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
let wanted = [];
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  wanted = asked.wanted ?? wanted;
  if (asked.parameters) {
    const started = spent();
    const reference = referenceResults(asked.parameters, wanted);
    const between = spent();
    const execution = await executionResults(asked.parameters, wanted);
    const seconds = { reference: between - started, execution: spent() - between };
    write({ reference, execution, seconds });
  }
}
