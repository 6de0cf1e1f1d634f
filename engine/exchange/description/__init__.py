"""Every IRI of the project described, for people and for machines."""
