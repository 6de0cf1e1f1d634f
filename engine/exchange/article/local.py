"""What a deployer says himself in an article for patients: where to go. No source says it, and so no knowledge does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from spinegraph.engine.decide.case_text import parse_yaml
from spinegraph.engine.errors import LocalTextError, MalformedCaseError
from spinegraph.engine.model import Frozen

LONGEST = 600
"""Characters of a text at most: it stands on the first page."""


class LocalText(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sentences for the patient's page; without one the place is left out."""

    where_to_go: Annotated[str, msgspec.Meta(max_length=LONGEST, description="Where to go.")] = ""
    where_to_go_now: Annotated[str, msgspec.Meta(max_length=LONGEST, description="Where to go at once, in an emergency.")] = ""


NO_TEXT = LocalText()


def read_local(path: Path) -> LocalText:
    """The texts in a YAML file. Raises LocalTextError where it cannot be read, or says something else."""
    mend = f"Give {' and '.join(LocalText.__struct_fields__)}, each a text of at most {LONGEST} characters."
    try:
        return msgspec.convert(parse_yaml(path.read_bytes()) or {}, LocalText)
    except OSError as error:
        raise LocalTextError(f"It cannot be read: {error.strerror or error}.", where=str(path), mend=mend) from error
    except MalformedCaseError as error:
        raise LocalTextError(error.what, where=f"{path}: {error.where}", mend=error.mend) from error
    except msgspec.ValidationError as error:
        raise LocalTextError(f"{error}.", where=str(path), mend=mend) from error
