"""Authors' clinical cases: files, what they expect, what comes out."""
