"""A folder of a FHIR Bulk Data export → the case of each patient, and what became of every resource (ADR 45).

Data flow: `folder` (files → lines) → `sorting` (whose each line is) → `spill` (lines by patient, on disk) → `export` (the
record of a patient → a case, by the reader of all records) → `totals` (what became of every resource, counted).
"""
