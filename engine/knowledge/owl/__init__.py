"""The ontology as OWL: the class hierarchy by HermiT, and contradictions explained."""
