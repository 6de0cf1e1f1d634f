"""`GET /v1/knowledge`."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from spinegraph.api.catalogue import Catalogue
from spinegraph.engine import Engine

URL = "/v1/knowledge"


@pytest.fixture(scope="module")
def catalogue(client: httpx.Client) -> Catalogue:
    return msgspec.json.decode(client.get(URL).content, type=Catalogue)


def test_it_names_the_content(catalogue: Catalogue, engine: Engine) -> None:
    assert (catalogue.version, catalogue.digest) == (engine.knowledge.version, engine.knowledge.digest)
    assert catalogue.counts["passages"] == len(engine.knowledge.passages) == 562
    assert sum(number for kind, number in catalogue.counts.items() if kind.startswith("rules: ")) == catalogue.counts["rules"]


def test_sources_have_their_review_status(catalogue: Catalogue) -> None:
    statuses = {source.number: source.review_status for source in catalogue.sources}
    assert statuses == {"000": "pending", "001": "none", "002": "pending"}
    assert all(source.title and source.publisher for source in catalogue.sources)


def test_every_code_has_its_words(catalogue: Catalogue) -> None:
    for concept in (*catalogue.findings, *catalogue.conditions, *catalogue.interventions):
        assert concept.code
        assert concept.iri.startswith("https://")
        assert concept.label
        assert concept.definition
    age = next(measurement for measurement in catalogue.measurements if measurement.code == "age_years")
    assert (age.unit, age.minimum, age.maximum) == ("a", 0, 130)


def test_every_rule_leads_to_its_source(catalogue: Catalogue, engine: Engine) -> None:
    assert [rule.iri for rule in catalogue.rules] == list(engine.knowledge.rules)
    mri = next(rule for rule in catalogue.rules if rule.id == "lumbar-mri-in-suspected-cauda-equina")
    assert (mri.kind, mri.source, mri.passages) == ("recommendation", "000", ("000-L033a", "000-L033b"))
    assert {rule.kind for rule in catalogue.rules} >= {"assessment", "source gap", "tension", "exclusion", "derived finding"}


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, engine: Engine) -> None:
    first = client.get(URL)
    assert first.headers["etag"] == f'"{engine.knowledge.digest}"'
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = client.get(URL, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(URL, headers={"If-None-Match": '"x"'}).status_code == 200


def test_head_has_the_headers_of_get(client: httpx.Client) -> None:
    assert client.head(URL).headers["etag"] == client.get(URL).headers["etag"]
