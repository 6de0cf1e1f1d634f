// Validates data against shapes with one of two packages: {data, shapes} as N-Triples on stdin → [[focus, shape], …] on stdout.
import { readFileSync } from "node:fs";
import rdfDataModel from "@rdfjs/data-model";
import rdfDataset from "@rdfjs/dataset";
import { Parser } from "n3";

const given = JSON.parse(readFileSync(0, "utf8"));
const factory = { ...methods(rdfDataModel), ...methods(rdfDataset) };
const [data, shapes] = ["data", "shapes"].map((name) => factory.dataset(new Parser().parse(given[name])));

function methods(object) {
  const names = new Set([...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))]);
  return Object.fromEntries([...names].filter((name) => typeof object[name] === "function").map((name) => [name, object[name].bind(object)]));
}

async function report(name) {
  if (name === "rdf-validate-shacl") {
    const { default: Validator } = await import("rdf-validate-shacl");
    return new Validator(shapes).validate(data);
  }
  const { Validator } = await import("shacl-engine");
  return new Validator(shapes, { factory }).validate({ dataset: data });
}

const { results } = await report(process.argv[2]);
const pairs = results.map((result) => [
  (result.focusNode.term ?? result.focusNode).value,
  (result.sourceShape ?? result.shape?.ptr?.term ?? result.shape).value,
]);
process.stdout.write(JSON.stringify(pairs));
