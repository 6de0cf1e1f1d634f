"""A decision as an article, for clinicians and for patients."""
