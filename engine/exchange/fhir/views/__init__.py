"""What we read of records as ViewDefinitions of SQL on FHIR 2.0, and the SQL that makes a table of patients of them (ADR 45).

Data flow: `columns` (what the codings of other systems mean, by the reader of records) → `views` (resources and their statuses →
ViewDefinitions) → `table` (the SQL whose result `spinegraph population` reads).
"""
