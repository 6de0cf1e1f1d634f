"""Knowledge as libraries of the Clinical Quality Language: one tree, written as CQL and as ELM."""
