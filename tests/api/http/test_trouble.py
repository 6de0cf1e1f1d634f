"""What who asks over HTTP is told when workers give no answer, word for word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import pytest
from spinegraph.api.http.errors import status_of
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.work import QueryWork
from spinegraph.engine.sandbox.trouble import Kind, Trouble
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.messages import Reply, encode
from spinegraph.engine.validation.service.work import ValidationWork

QUERIES = QueryWork(None, QueryLimits())
VALIDATIONS = ValidationWork({}, ValidationLimits(), owl=False)


def told(errors: Mapping[str, SpinegraphError | None]) -> str:
    """Every error: its status, class, details, what is wrong and how it is mended."""
    return "".join(
        f"{kind}: {int(status_of(type(error)))} {type(error).__name__} {dict(error.details)}\n  {error.what}\n  {error.mend}\n"
        for kind, error in errors.items()
        if error is not None
    )


@pytest.mark.parametrize("work", [QUERIES, VALIDATIONS], ids=lambda work: work.name)
def test_trouble_is_told_with_its_status(work: QueryWork | ValidationWork, matches_golden: Callable[[str, str], None]) -> None:
    matches_golden(
        f"{work.name}-trouble", told({kind: work.error_for(Trouble(kind, "exit code 3", 7)) for kind in get_args(Kind)})
    )


def test_what_a_validation_replies_is_told(matches_golden: Callable[[str, str], None]) -> None:
    replies = {"report": Reply(error="ReportTooLarge"), "profile": Reply(error="ProfileError", what="No.")}
    matches_golden("validation-replies", told({kind: VALIDATIONS.read(encode(one), b"").error for kind, one in replies.items()}))


def test_a_fault_of_ours_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    error = VALIDATIONS.read(encode(Reply(error="Fault", what="secret")), b"").error
    assert error is not None
    assert status_of(type(error)) == 500
    assert "secret" not in str(error)
    assert "secret" in caplog.text
