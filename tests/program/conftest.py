"""Fixtures on the small knowledge, as for the decisions made of it."""

from tests.decide.conftest import small

__all__ = ["small"]
