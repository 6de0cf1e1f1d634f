"""FHIR R4 (4.0.1): `elements` are its data types; `reading` makes cases of records."""
