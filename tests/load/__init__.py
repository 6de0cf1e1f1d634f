"""What the service stands: `make load` and `python -m tests.load --abuse`."""
