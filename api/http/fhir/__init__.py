"""The FHIR R4 service below /fhir: what is served (`served.py`), one module for each group of paths, and what they share."""
