"""The models that `healthchain` has of CDS Hooks: reads bodies from stdin, one a line as `[what it is, body]`, and writes what
is wrong with each, a list a line.

It stands alone: `healthchain` needs other versions of what we use, and so a virtual environment of its own (`make foreign`).
The models leave out what they do not know; here that is a complaint.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from healthchain.models import CDSRequest, CDSResponse, CDSServiceInformation
from healthchain.models.hooks.orderselect import OrderSelectContext
from healthchain.models.hooks.ordersign import OrderSignContext
from healthchain.models.hooks.patientview import PatientViewContext
from pydantic import BaseModel, ValidationError

BODIES: Mapping[str, type[BaseModel]] = {"request": CDSRequest, "response": CDSResponse, "discovery": CDSServiceInformation}
CONTEXTS: Mapping[str, type[BaseModel]] = {
    "patient-view": PatientViewContext,
    "order-select": OrderSelectContext,
    "order-sign": OrderSignContext,
}
OPTIONAL = ("autoLaunchable", "isRecommended")
"""Members that it demands and CDS Hooks 2.0 does not."""
AS_LIST = "extension"
"""What it demands as a list in a request, where CDS Hooks 2.0 has an object."""
FREE = ("extension", "resource", "prefetch", "context", "draftOrders")
"""Members of which it says nothing more: resources of FHIR, and what the context's own model takes."""


def complaints(what: str, body: Any) -> Iterator[str]:
    """Place and fault of each."""
    ours = body.get(AS_LIST) if isinstance(body, dict) and what == "request" else None
    yield from _of_model(BODIES[what], {**body, AS_LIST: [ours]} if isinstance(ours, dict) else body, "")
    if what == "request" and isinstance(body, dict):
        context = CONTEXTS.get(body.get("hook", ""))
        if context is None:
            yield f"hook: there is no hook {body.get('hook')}"
        else:
            yield from _of_model(context, body.get("context"), "context")


def _of_model(model: type[BaseModel], body: Any, where: str) -> Iterator[str]:
    try:
        understood = model.model_validate(_with_optional(body))
    except ValidationError as error:
        for one in error.errors():
            yield f"{'.'.join(map(str, (where, *one['loc']) if where else one['loc']))}: {one['msg']}"
    except AttributeError as error:  # what 0.16.1 ends with instead where a card has suggestions without a selectionBehavior
        yield f"{where}: {error}"
    else:
        yield from _left_out(body, understood.model_dump(mode="json"), where)


def _with_optional(body: Any) -> Any:
    """A body with a null where the models demand what may be left out."""
    if isinstance(body, list):
        return [_with_optional(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: _with_optional(one) for name, one in body.items()} | {
        name: body.get(name) for name in OPTIONAL if "label" in body
    }


def _left_out(body: Any, understood: Any, where: str) -> Iterator[str]:
    if isinstance(body, list) and isinstance(understood, list):
        for number, (one, other) in enumerate(zip(body, understood, strict=True)):
            yield from _left_out(one, other, f"{where}[{number}]")
    elif isinstance(body, dict) and isinstance(understood, dict):
        for name, one in body.items():
            if name in FREE:
                continue
            if name not in understood:
                yield f"{where}.{name}: it is not known".removeprefix(".")
            else:
                yield from _left_out(one, understood[name], f"{where}.{name}")


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps([*complaints(*json.loads(line))]), flush=True)
