"""Group 7: passages, documents, citations."""

from __future__ import annotations

from engine.validation.entries.entry import Entry

PROVENANCE_ENTRIES = (
    Entry(
        id="SG701",
        name="missing-passage",
        severity="error",
        title="Something rests on a passage that does not exist",
        why="What is said cannot be traced to a document.",
        mend="Mend the passage id, or add the passage to its source.",
    ),
    Entry(
        id="SG702",
        name="drifted-passage",
        severity="error",
        title="The characters of a passage are not those that were paraphrased",
        why="The document has changed, or the passage points elsewhere: the rules that rest on it may be out of date.",
        mend="Read the passage again, correct its paraphrase, offsets and core:textDigest, and review the rules that rest on it.",
    ),
    Entry(
        id="SG703",
        name="unresolved-citation",
        severity="warning",
        title="A printed citation number leads to no reference",
        why="The reader who follows the number finds nothing, and is not told that it is the document's own gap.",
        mend="Add a core:CitationMapping for the number, with core:confidence (none where no reference fits).",
    ),
    Entry(
        id="SG704",
        name="review-upgraded",
        severity="error",
        title="A review status says more than the document shows",
        why="Readers trust a reviewed document more; a document that contradicts itself about its review is pending.",
        mend='Use core:reviewStatus "pending", or mend the note that contradicts it.',
    ),
    Entry(
        id="SG705",
        name="unused-passage",
        severity="warning",
        title="Nothing rests on a passage, and no reason is given",
        why="A statement of the document may have been forgotten: a patient for whom it was written would not hear it.",
        mend='Use it in a rule, a shape or a concept, or say why not: core:notModelled "…"@en.',
    ),
    Entry(
        id="SG706",
        name="misplaced-passage",
        severity="error",
        title="A passage points at no characters of its document",
        why="Nobody can look up what the document says there, and a change of the document goes unnoticed.",
        mend="Give oa:hasSelector [ oa:start … ; oa:end … ] with 0 ≤ start < end ≤ length, and the SHA-256 as core:textDigest.",
    ),
    Entry(
        id="SG707",
        name="quoted-source",
        severity="error",
        title="Words of a document stand in the content",
        why="Facts carry over, wording does not: the document's sentences belong to its publisher.",
        mend="Say it in your own words; eight words in a row are a quotation.",
    ),
    Entry(
        id="SG708",
        name="rule-without-passage",
        severity="warning",
        title="A rule rests on no passage and gives no rationale",
        why="Nobody can tell on what grounds it was written.",
        mend='Add prov:wasDerivedFrom passage:…, or core:rationale "…"@en where it is a modelling choice.',
    ),
    Entry(
        id="SG709",
        name="undocumented-source",
        severity="warning",
        title="A document lacks what its readers have to know of it",
        why="Every answer names its document and its review status; without them nobody can judge it.",
        mend="Add dcterms:identifier, dcterms:title, core:reviewStatus, core:reviewNote, core:fileName and core:textDigest.",
    ),
    Entry(
        id="SG710",
        name="changed-document",
        severity="warning",
        title="A document is not the one that was read",
        why="Something outside the passages has changed: new statements may have been added that no rule knows.",
        mend="Compare the document with the one that was read, add passages for what is new, and correct core:textDigest.",
    ),
    Entry(
        id="SG711",
        name="otherwise-than-source",
        severity="error",
        title="A recommendation that is not what its passages say",
        why="The guideline would state more, or less, or more urgently than the document does.",
        mend="Take direction, modality and urgency from a passage, name the passage that states them, or give a core:rationale.",
    ),
    Entry(
        id="SG712",
        name="foreign-passage",
        severity="error",
        title="A rule rests on passages about something else",
        why="The proof would lead a reader to a sentence that does not say this.",
        mend="Name the passage that states it; where it is the right one, derive the intervention or condition from it as well.",
    ),
)
