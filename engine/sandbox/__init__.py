"""Processes for what strangers send: started ahead, asked over a socket, confined by the kernel, killed at their limits.

Knows nothing of what is asked: SPARQL (`engine.query`) and validation (`engine.validation`) both build on it.
"""
