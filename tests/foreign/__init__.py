"""Engines and validators of others, to which what is exported is put: `make foreign`. Only this needs Node."""
