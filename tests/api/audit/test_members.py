"""Where two answers differ, told so that a person finds it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from spinegraph.api.audit.members import changed_members


def changes(was: Any, now: Any, *aside: str) -> list[tuple[str, str, str]]:
    found = changed_members(json.dumps(was).encode(), json.dumps(now).encode(), aside)
    return [(one.member, one.was, one.now) for one in found]


def test_the_same_has_no_changes() -> None:
    assert changes({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}) == []


def test_values_that_come_go_and_change() -> None:
    assert changes({"a": 1, "b": {"c": 2}}, {"b": {"c": 3}, "d": None}) == [
        ("/a", "1", ""),
        ("/b/c", "2", "3"),
        ("/d", "", "null"),
    ]


def test_entries_are_known_by_what_names_them() -> None:
    was = {"rules": [{"id": "a", "verdict": "indicated"}, {"id": "b", "verdict": "open"}]}
    now = {"rules": [{"id": "b", "verdict": "open"}, {"id": "c", "verdict": "open"}]}
    assert changes(was, now) == [
        ("/rules/a", '{"id":"a","verdict":"indicated"}', ""),
        ("/rules/c", "", '{"id":"c","verdict":"open"}'),
    ]
    swapped = {"rules": was["rules"][::-1]}
    assert changes(was, swapped) == [("/rules: order", '["a","b"]', '["b","a"]')]


def test_entries_without_names_are_known_by_their_place() -> None:
    assert changes({"a": [1, 2]}, {"a": [1, 3]}) == [("/a/1", "2", "3")]
    assert changes({"a": [1, 2]}, {"a": [1]}) == [("/a", "[1,2]", "[1]")]
    twice = {"a": [{"id": "x", "n": 1}, {"id": "x", "n": 2}]}
    assert changes(twice, {"a": [{"id": "x", "n": 1}, {"id": "x", "n": 3}]}) == [("/a/1/n", "2", "3")]


def test_what_is_left_aside_is_so_at_the_top_alone() -> None:
    assert changes({"id": 1, "a": {"id": 1}}, {"id": 2, "a": {"id": 2}}, "id") == [("/a/id", "1", "2")]


def test_another_kind_of_value() -> None:
    assert changes({"a": {}}, {"a": []}) == [("/a", "{}", "[]")]


def test_what_is_no_answer() -> None:
    with pytest.raises(msgspec.MsgspecError):
        changes([], {})
