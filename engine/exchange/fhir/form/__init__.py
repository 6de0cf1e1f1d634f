"""What a form asks, and when: shared by those who write questionnaires of FHIR and those who read the answers."""
