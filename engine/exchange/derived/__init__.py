"""What follows from the knowledge, as flat triples for those who ask SPARQL (ADR 30): no lists, no recursion.

Knowledge ──► reads (criteria) ──┐
Program   ──► dependence ────────┼──► graph.derived_triples ──► …/graph/derived
"""
