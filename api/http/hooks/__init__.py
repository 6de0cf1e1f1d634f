"""CDS Hooks over HTTP. `router` routes; `clients` checks who calls; `completion` asks a FHIR server for what was not sent."""
