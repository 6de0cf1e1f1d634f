"""The SQL that makes a table of patients."""
