"""What an answer shows of a recommendation besides its verdict: grade, dose, when it is due again, what the patient weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.dose import PreparedDose, prepare_dose
from spinegraph.engine.decide.recurrence import due_again
from spinegraph.engine.messages import Messages, messages_of
from spinegraph.engine.model import Case, Knowledge, Recommendation, Verdict

ORDERED: tuple[Verdict, ...] = ("indicated", "provisional")
"""Only then is a dose worked out for the patient."""
NOT_GRADED = "not-graded"


class Statements(NamedTuple):
    """The statements of one recommendation, prepared once. `grade`: its members, where its source grades any."""

    rule: Recommendation
    intervention: str
    grade: Mapping[str, str]
    doses: tuple[PreparedDose, ...]
    say: Messages

    def shown(self, case: Case, verdict: Verdict) -> dict[str, Any]:
        """The members that an answer has for them; those of which nothing is said are left out.

        A patient is told neither grade nor dose: what to take is said in the words of the recommendation.
        """
        found: dict[str, Any] = {}
        rule, for_patient = self.rule, case.audience == "patient"
        if not for_patient:
            found |= self.grade
            ordered = verdict in ORDERED
            if self.doses:
                found["dose"] = tuple(one.shown(case.measurements) if ordered else one.stated for one in self.doses)
        if rule.recurrence is not None:
            found["due"] = due_again(rule.recurrence, self.intervention, case, self.say)
        if rule.preference:
            found["preference"] = rule.patient_preference if for_patient else rule.preference
        return found


def prepare_statements(rule: Recommendation, knowledge: Knowledge, grading: frozenset[str]) -> Statements | None:
    """The statements of a recommendation; None where there are none. `grading`: IRIs of the sources that grade any."""
    grade = {}
    if rule.source in grading:
        grade = {"strength": rule.strength or NOT_GRADED, "certainty": rule.certainty or NOT_GRADED}
    if not (grade or rule.doses or rule.recurrence or rule.preference):
        return None
    doses = tuple(prepare_dose(dose, knowledge) for dose in rule.doses)
    return Statements(rule, knowledge.interventions[rule.intervention].code, grade, doses, messages_of(knowledge.language))
