"""The place of RDF 1.2 was that of an escaped `~` in a name, which is Turtle 1.1."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.knowledge.turtle.reader import not_turtle_1_1


def test_an_escaped_character_is_not_taken_for_a_reifier() -> None:
    error = not_turtle_1_1(Path("given.ttl"), b'ex:a ex:p ex:b\\~c ; # ~\n ex:q "~" , "x"@en--ltr .')
    assert (error.line, error.column) == (2, 16)
