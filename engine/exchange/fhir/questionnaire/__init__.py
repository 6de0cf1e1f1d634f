"""Forms of FHIR R4: what the screens ask as Questionnaires, and a case as the answers to one."""
