// SQL on FHIR as @medplum/core runs it: reads {"views": [ViewDefinition], "resources": [Resource]} from stdin, and writes
// {name of a view: [row]}.
import { evalSqlOnFhir } from "@medplum/core";

let text = "";
for await (const part of process.stdin) {
  text += part;
}
const { views, resources } = JSON.parse(text);
const found = {};
for (const view of views) {
  found[view.name] = evalSqlOnFhir(view, resources);
}
process.stdout.write(JSON.stringify(found));
