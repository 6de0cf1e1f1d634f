"""Validation of what strangers send: each request in a process of its own that can reach nothing."""
