"""Decision tables: the minimal ways in which a recommendation comes to hold, as a page, CSV, DMN and data."""
