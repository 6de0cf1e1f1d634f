"""What discovery tells: searches with what servers are sure to know, of the codes that this knowledge asks for."""

from __future__ import annotations

import re

import msgspec
from spinegraph.engine import Engine
from spinegraph.engine.exchange.cds_hooks.services import MOST_CODES, hook_services, prefetch_templates
from spinegraph.engine.model import Knowledge

SEARCH = re.compile(
    r"Patient/\{\{context\.patientId\}\}|"
    r"[A-Z][A-Za-z]+\?patient=\{\{context\.patientId\}\}(&(code|status|_sort|_count)=[A-Za-z0-9,.-]+)*"
)


def test_there_is_a_service_for_each_hook(engine: Engine) -> None:
    services = hook_services(engine.knowledge).services
    assert [(one.hook, one.id) for one in services] == [(name, name) for name in ("patient-view", "order-select", "order-sign")]
    assert all(one.title and one.description and "412" in one.usage_requirements for one in services)


def test_searches_use_what_the_specification_recommends_and_stay_short(engine: Engine) -> None:
    searches = prefetch_templates(engine.knowledge)
    assert [search for search in searches.values() if not SEARCH.fullmatch(search) or len(search) > 2000] == []
    assert "8310-5" in searches["observations"]


def test_what_records_keep_in_a_panel_is_found_by_the_code_of_the_panel(small_knowledge: Knowledge) -> None:
    pressure = msgspec.structs.replace(small_knowledge, external_codes={"loinc:8480-6": next(iter(small_knowledge.findings))})
    assert prefetch_templates(pressure)["observations"].endswith("&code=8480-6,85354-9")


def test_where_there_are_many_codes_the_latest_observations_are_asked_for(small_knowledge: Knowledge) -> None:
    finding = next(iter(small_knowledge.findings))
    many = {f"loinc:{number}-0": finding for number in range(MOST_CODES + 1)}
    for codes in (many, {}):
        searches = prefetch_templates(msgspec.structs.replace(small_knowledge, external_codes=codes))
        assert searches["observations"] == "Observation?patient={{context.patientId}}&_sort=-date&_count=500"
