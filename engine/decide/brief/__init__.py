"""A decided case → its brief: level, headline, what to do and to avoid, what to ask, and whether that is settled."""
