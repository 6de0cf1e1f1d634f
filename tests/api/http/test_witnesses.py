"""A patient for whom a recommendation stands: found for each, accepted by the service, decided as it is said."""

from __future__ import annotations

import httpx
import pytest
from spinegraph.engine import Engine, Recommendation

URL = "/v1/recommendations/{}/patient"


@pytest.mark.slow
def test_every_recommendation_has_a_patient_for_whom_it_stands(client: httpx.Client, engine: Engine) -> None:
    for rule in engine.knowledge.rules.values():
        if not isinstance(rule, Recommendation):
            continue
        found = client.get(URL.format(rule.id)).json()
        assert found["recommendation"] == rule.id
        case = {name: found["case"][name] for name in ("present", "absent", "measurements")}
        answer = client.post("/v1/decisions?view=brief&verdicts=true", json=case).json()
        assert answer["verdicts"][rule.id] == found["verdict"], rule.id
        assert found["verdict"] in ("indicated", "provisional")


@pytest.mark.parametrize("left", ["present", "absent"])
def test_none_of_his_facts_can_be_left_out(client: httpx.Client, engine: Engine, left: str) -> None:
    rule = next(
        rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation) and rule.urgency == "emergency"
    )
    found = client.get(URL.format(rule.id)).json()
    case = {name: found["case"][name] for name in ("present", "absent", "measurements")}
    for code in case[left]:
        without = {**case, left: [other for other in case[left] if other != code]}
        verdicts = client.post("/v1/decisions?view=brief&verdicts=true", json=without).json()["verdicts"]
        assert verdicts[rule.id] != found["verdict"], code


def test_the_same_patient_comes_again_and_is_not_sent_twice(client: httpx.Client) -> None:
    first = client.get(URL.format("stay-active"))
    assert client.get(URL.format("stay-active")).content == first.content
    again = client.get(URL.format("stay-active"), headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("stay-activ", 404, "/v1/recommendations/stay-active/patient"), ("stay-active?most=1", 422, "most")],
)
def test_what_cannot_be_found_is_refused(client: httpx.Client, path: str, status: int, words: str) -> None:
    name, _, query = path.partition("?")
    reply = client.get(URL.format(name) + (f"?{query}" if query else ""))
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert words in reply.text
