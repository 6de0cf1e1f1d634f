"""What assistants are told: how the tools are to be used, and how a history is taken."""

from __future__ import annotations

from collections.abc import Mapping

from spinegraph.engine.model import Audience

ONLY_WHAT_WAS_SAID = (
    "Record only what the user said. What was not said is unknown: leave it out. "
    "A finding is `absent` only if the user said so, never because it was not mentioned, is unlikely, or seems to follow."
)
"""In the description of every tool that takes a case."""

INSTRUCTIONS = f"""Computable clinical guidelines: what they say of one patient, why, and what to ask next.

1. {ONLY_WHAT_WAS_SAID}
2. Look up codes with `find_codes`; never make one up. An error says what is wrong, where, and how to mend it.
3. Start with `decide`. While `settled` is false, put the questions of `next_screen` to the user, one screen at a time.
4. If `level` is emergency, say the headline at once; questions can wait.
5. Say what the answers say and no more. Cite the ids of passages. Where the sources disagree (`tensions`), tell both sides.
6. Repeat the review status of the sources and the disclaimer."""

TITLES: Mapping[str, str] = {
    "find_codes": "Find codes",
    "decide": "Decide a case",
    "next_screen": "What to ask next",
    "explain": "Why a recommendation came out so",
    "what_if": "What changes if a fact changes",
    "tensions": "Where the sources disagree",
    "query": "Ask SPARQL",
}

DESCRIPTIONS: Mapping[str, str] = {
    "find_codes": (
        "Find the codes of findings, measurements, interventions, conditions, rules and tensions by words, of clinicians or of "
        "patients. `goes_in` says where a case may have a code; conditions are concluded, never recorded."
    ),
    "decide": (
        "Apply the guidelines to one patient: level, the one thing to do, what to do and to avoid, what to rule out, which "
        f"screens are open. {ONLY_WHAT_WAS_SAID} Nothing is filled in here either. "
        "`audience` of the case chooses the words; the same case has the same answer."
    ),
    "next_screen": (
        "The next questions for this patient, those first that can change how urgent it is; null once no answer changes the "
        f"brief. Ask them as they are worded, of whom `asked_of` names. {ONLY_WHAT_WAS_SAID}"
    ),
    "explain": (
        "The proof of one recommendation for this patient in words, whatever its verdict, with the passages that state each "
        f"part, what is missing, and the smallest changes that would give another verdict. {ONLY_WHAT_WAS_SAID}"
    ),
    "what_if": (
        "Compare two cases of one patient: the facts that differ, and what that changes in level, headline, do, avoid and "
        f"verdicts. Give both cases whole. A supposed fact stands only in `other`. {ONLY_WHAT_WAS_SAID}"
    ),
    "tensions": (
        "The disagreements of the sources that this patient touches, every position with its verdict and passages. "
        f"Show the positions side by side; none is ours. {ONLY_WHAT_WAS_SAID}"
    ),
    "query": (
        "Ask SPARQL 1.1 of concepts, rules, passages, mappings and the inferred hierarchy, read-only: SELECT (answered as TSV), "
        "ASK, CONSTRUCT, DESCRIBE (Turtle). SERVICE and updates are refused; a query that meets a limit of time, memory or size "
        "has no answer at all: add LIMIT. Vocabulary: https://w3id.org/spinegraph/core/; every other IRI of the project is "
        "https://w3id.org/spinegraph/KIND/NAME with the kinds finding, condition, intervention, rule, passage, source, tension."
    ),
}

HISTORY: Mapping[Audience, str] = {
    "clinician": "Take the history of a patient with me, a clinician. I answer for the patient and for what I examine.",
    "patient": "Take my history. I am the patient: use plain words, and ask me nothing that only an examination can show.",
}
STEPS = f"""Work like this:

1. Turn what I have told you into a case with `find_codes`. {ONLY_WHAT_WAS_SAID}
2. Give the case the audience `{{audience}}`. Call `decide`. If the level is emergency, tell me the headline before all else.
3. Call `next_screen` and ask me its question with its items and the choice "none of these". Wait for my answer.
4. Add to the case only what I answered: what I confirm is present, what I deny is absent, and all items of the screen are
   absent only if I chose "none of these". What I do not know or pass over stays out.
5. Go on until `settled` is true, the screen is null, or I want to stop.
6. Then tell me the headline, what to do and to avoid, and when to look again, as `decide` words it, with the ids of the
   passages. Say what stays open, what no source covers, where the sources disagree, and which facts you recorded as
   present and as absent, so that I can correct them.
7. End with the review status of the sources and the disclaimer. Add no advice of your own."""


def history(audience: Audience, story: str) -> str:
    """The prompt `take_history`: who speaks, what was told already, and how to go on."""
    so_far = f"So far: {story}" if story else "I have told you nothing yet: ask me first why I come."
    return f"{HISTORY[audience]}\n\n{so_far}\n\n{STEPS.format(audience=audience)}"
