"""One patient a row: tables in, verdict columns out, through the same program as one case (docs/population.md)."""
