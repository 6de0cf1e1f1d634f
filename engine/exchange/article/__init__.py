"""A decision told as an article, for clinicians and for patients."""
