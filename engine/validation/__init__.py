"""Checks for the authors of guidelines: clinical cases, diagnostics, behaviour, reports."""
