"""How fast one client may ask."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client import generate_latest
from spinegraph.api.http.app import create_app
from spinegraph.api.http.rates import MOST_CLIENTS, Rates, client_of
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_emptied_at_once_and_fills_again() -> None:
    clock = Clock()
    rates = Rates(2, 3, clock)
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 1]
    assert rates.wait("b") == 0
    clock.now += 0.5
    assert [rates.wait("a"), rates.wait("a")] == [0, 1]
    clock.now += 100
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 1]


def test_a_slow_rate_says_how_long_to_wait() -> None:
    rates = Rates(0.1, 1, Clock())
    assert [rates.wait("a"), rates.wait("a")] == [0, 10]


def test_without_a_rate_nobody_waits() -> None:
    assert not any(Rates(0, 1, Clock()).wait("a") for _ in range(1000))


def test_so_many_clients_are_remembered() -> None:
    rates = Rates(1, 1, Clock())
    for number in range(MOST_CLIENTS + 1):
        assert rates.wait(str(number)) == 0
    assert rates.wait(str(MOST_CLIENTS)) == 1
    assert rates.wait("0") == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [("127.0.0.1", "127.0.0.1"), ("2001:db8::1", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient")],
)
def test_who_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


def test_who_asks_too_often_is_told_when_to_ask_again(engine: Engine, make_client: MakeClient) -> None:
    app = create_app(Settings(), engine, environment={"SPINEGRAPH_RATE": "1", "SPINEGRAPH_BURST": "2"})
    client: httpx.Client = make_client(app)
    replies = [client.get("/v1/knowledge") for _ in range(30)]
    refused = [reply for reply in replies if reply.status_code != 200]
    assert replies[0].status_code == replies[1].status_code == 200
    assert refused
    assert {(reply.status_code, reply.headers["retry-after"], reply.json()["type"].rpartition("/")[2]) for reply in refused} == {
        (429, "1", "rate")
    }
    assert all(client.get("/health/live").status_code == 200 for _ in range(10))
    counted = generate_latest(app.reception.metrics.registry).decode()
    assert f"spinegraph_rate_limited_total {len(refused)}.0" in counted
