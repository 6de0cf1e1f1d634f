"""Whose turn it is, without any process: places, clients, and the seconds that are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import pytest
from spinegraph.engine.sandbox import lanes as lanes_module
from spinegraph.engine.sandbox.lanes import Job, Lanes, SlowLane


class Limits(NamedTuple):
    workers: int = 2
    queue: int = 3
    timeout_seconds: float = 10.0


class Clock:
    """The time, as the lanes see it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(lanes_module, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lanes() -> Lanes[bytes]:
    return Lanes(Limits(), SlowLane(slice_seconds=0.5, places=2))


def job(name: str, client: str = "") -> Job[bytes]:
    return Job(name.encode(), b"", client)


def begun(lanes: Lanes[bytes], clock: Clock, name: str, client: str = "") -> Job[bytes]:
    """A question that runs in the fast lane since now."""
    asked = job(name, client)
    assert lanes.enter(asked) is None
    assert lanes.next() is asked
    asked.begun = clock.now
    return asked


def slow(lanes: Lanes[bytes], clock: Clock, name: str, client: str = "") -> Job[bytes]:
    """A question that runs in the slow lane since now."""
    asked = begun(lanes, clock, name, client)
    assert lanes.promote(asked) is None
    return asked


def test_the_client_who_has_the_fewest_is_next(lanes: Lanes[bytes], clock: Clock) -> None:
    begun(lanes, clock, "1", "a")
    second, other = job("2", "a"), job("3", "b")
    assert lanes.enter(second) is lanes.enter(other) is None
    assert lanes.next() is other


def test_there_are_so_many_places_and_a_moment_is_told(lanes: Lanes[bytes], clock: Clock) -> None:
    for number in range(2):
        begun(lanes, clock, f"runs {number}")
    for number in range(3):
        assert lanes.enter(job(f"waits {number}")) is None
    assert lanes.enter(job("one too many")) == ("full", "", 1)  # within a slice of half a second


def test_a_slow_question_leaves_its_place_to_others(lanes: Lanes[bytes], clock: Clock) -> None:
    begun(lanes, clock, "first")
    slow(lanes, clock, "slow")
    begun(lanes, clock, "second")


def test_the_seconds_told_are_those_after_which_a_place_is_free(lanes: Lanes[bytes], clock: Clock) -> None:
    slow(lanes, clock, "begun first", "a")
    clock.now += 3.5
    slow(lanes, clock, "begun later", "b")
    clock.now += 0.5
    asked = [begun(lanes, clock, "same client", "b"), begun(lanes, clock, "another", "c")]
    assert lanes.promote(asked[0]) == ("slow-taken", "", 10)  # its own ends in 9.5 seconds
    assert lanes.promote(asked[1]) == ("slow-full", "", 6)  # the first one ends in 6


def test_what_is_known_to_take_long_is_refused_at_once_or_begins_in_the_slow_lane(lanes: Lanes[bytes], clock: Clock) -> None:
    first = slow(lanes, clock, "long", "a")
    assert lanes.enter(job("long", "a")) == ("slow-taken", "", 10)
    again = job("long", "b")
    assert lanes.enter(again) is None
    assert lanes.enter(job("long", "c")) == ("slow-full", "", 10)  # whose turn has not come takes a place, too
    assert lanes.next() is again
    assert again.lane == "slow"
    lanes.leave(first)
    assert lanes.enter(job("long", "c")) is None


def test_what_took_long_only_once_begins_in_the_fast_lane_again(lanes: Lanes[bytes], clock: Clock) -> None:
    first = slow(lanes, clock, "long")
    clock.now += 1
    lanes.leave(first)
    again = job("long")
    assert lanes.enter(again) is None
    assert lanes.next() is again
    assert again.lane == "slow"
    again.begun = clock.now
    clock.now += 0.1
    lanes.leave(again)
    assert begun(lanes, clock, "long").lane == "fast"


def test_who_is_nobody_in_particular_has_no_place_taken_by_another(lanes: Lanes[bytes], clock: Clock) -> None:
    slow(lanes, clock, "one")
    slow(lanes, clock, "two")


def test_who_has_gone_leaves_the_queue_and_is_not_moved(lanes: Lanes[bytes], clock: Clock) -> None:
    running, waiting = begun(lanes, clock, "runs"), job("waits")
    lanes.enter(waiting)
    waiting.result.cancel()
    lanes.drop_waiting(waiting)
    running.result.cancel()
    assert lanes.promote(running) == ("ended", "", 0)
    lanes.leave(running)
    lanes.close()
    assert lanes.next() is None


def test_without_a_slow_lane_the_time_of_an_answer_is_told(clock: Clock) -> None:
    lanes: Lanes[bytes] = Lanes(Limits(workers=1, queue=0))
    running = begun(lanes, clock, "runs")
    assert lanes.slice_ends(running) is None
    clock.now += 4
    assert lanes.enter(job("one too many")) == ("full", "", 6)


def test_a_turn_that_comes_too_late_is_told(lanes: Lanes[bytes], clock: Clock) -> None:
    late = job("late")
    lanes.enter(late)
    assert lanes.waited_too_long(late) is None
    clock.now += 11
    assert lanes.waited_too_long(late) == ("waited", "", 1)
