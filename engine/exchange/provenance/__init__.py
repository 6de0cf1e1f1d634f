"""A decision as a graph of where it comes from (PROV-O)."""
