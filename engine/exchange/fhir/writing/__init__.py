"""What is written in FHIR R4 (4.0.1): plain dictionaries, made by pure functions of Knowledge, or of Decision and Knowledge."""
