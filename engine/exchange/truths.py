"""Truths of all criteria, rules and findings in a decided case, from the Decision and the Knowledge that it rests on.

A Decision carries the proofs of what was decided, and these leave out what did not carry a verdict. Its case and its
knowledge determine the rest: the program is compiled from the knowledge and run on the case, so that nothing else reads rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.errors import OtherKnowledgeError
from spinegraph.engine.model import TRUTHS, Criterion, Decision, Knowledge, Rule, Truth
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Pair, Program

State = Literal["unknown", "present", "absent", "contradictory"]
STATES: tuple[State, ...] = ("unknown", "present", "absent", "contradictory")
"""By index of TRUTHS."""
REMEMBERED = 4
"""So many compiled knowledges are kept."""


class _Content:
    """Knowledge by its digest, which names exactly its content: two with one digest share a program."""

    __slots__ = ("knowledge",)

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and other.knowledge.digest == self.knowledge.digest


class _Compiled(NamedTuple):
    program: Program
    encoder: CaseEncoder


@lru_cache(maxsize=REMEMBERED)
def _compiled(content: _Content) -> _Compiled:
    program = compile_program(content.knowledge)
    return _Compiled(program, CaseEncoder(program))


class Truths:
    """What holds in a decided case. Raises OtherKnowledgeError where the Decision rests on other knowledge than this."""

    def __init__(self, knowledge: Knowledge, decision: Decision) -> None:
        if decision.knowledge.digest != knowledge.digest:
            raise OtherKnowledgeError(
                f"The decision rests on knowledge {decision.knowledge.digest[:19]}…, not on {knowledge.digest[:19]}….",
                mend="Load the knowledge that it was decided with, or decide the case again.",
            )
        self.program, encoder = _compiled(_Content(knowledge))
        self._planes = encoder.run(decision.case)[0]

    def criterion(self, criterion: Criterion) -> Truth:
        """Of a criterion that some rule uses."""
        return self._truth(self.program.pair(criterion))

    def scope(self, rule: Rule) -> Truth:
        """Of the scope of a rule: whether its source speaks about this patient. A rule without one speaks of everybody."""
        return "true" if rule.scope is None else self.criterion(rule.scope)

    def rule(self, rule: Rule) -> Truth:
        """Of a rule: its scope and criterion together."""
        return self._truth(self.program.rules[rule.iri].whole)

    def finding(self, iri: str) -> State:
        """Of a finding, as recorded or derived."""
        return STATES[self._index(Pair(self.program.present[iri], self.program.absent[iri]))]

    def _truth(self, pair: Pair) -> Truth:
        return TRUTHS[self._index(pair)]

    def _index(self, pair: Pair) -> int:
        return int(self._planes[pair.holds] | self._planes[pair.refuted] << 1)
