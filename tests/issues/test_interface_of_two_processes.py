"""Two processes of one service described their interface differently: errors stood in the order in which they were imported."""

from __future__ import annotations

from spinegraph.api.http.openapi import problems
from spinegraph.engine.errors import SpinegraphError


class UpsetError(SpinegraphError):
    """What the errors below have in common."""


class ZealError(UpsetError):
    """Defined first, named last."""

    title = "Too much of it"


class AnguishError(UpsetError):
    """Defined last, named first."""

    title = "Too much to bear"


def test_errors_stand_in_the_order_of_their_names() -> None:
    (reply,) = problems((UpsetError,)).values()
    (content,) = reply["content"].values()
    names = [one["$ref"].rpartition("/")[2] for one in content["schema"]["oneOf"]]
    assert names == ["UpsetProblem", "AnguishProblem", "ZealProblem"]
