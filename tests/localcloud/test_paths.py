import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.backend import UNKNOWN
from localcloud.paths import changes, cleaned, get, has_unknown, join, merged, select, texts, without

JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("path", "key", "joined"),
    [("", "a", "a"), ("a", "b-c", "a.b-c"), ("tags", "a.b", 'tags["a.b"]'), ("tags", "/x", 'tags["/x"]')],
)
def test_paths_are_in_pulumis_notation(path, key, joined):
    assert join(path, key) == joined


def test_get_tells_absent_from_unknown():
    value = {"a": {"b": 1}, "c": UNKNOWN}
    assert get(value, "a", "b") == 1
    assert get(value, "a", "x") is None
    assert get(value, "x", "b") is None
    assert get(value, "c", "d") is UNKNOWN
    assert get(value, "a", "b", "c") is None


def test_select_follows_a_pattern_into_lists():
    value = {"a": [{"b": 1}, {"b": UNKNOWN}, {}, {"b": 4}], "c": UNKNOWN, "d": "text"}
    assert list(select(value, "a[].b")) == [("a[0].b", 1), ("a[3].b", 4)]
    assert list(select(value, "c[].b")) == []
    assert list(select(value, "d[]")) == []
    assert list(select({"e": ["x", "y"]}, "e[]")) == [("e[0]", "x"), ("e[1]", "y")]


def test_without_removes_what_a_pattern_names_and_nothing_else():
    value = {"a": [{"b": 1, "c": 2}, {"c": 3}], "d": {"e": {"f": 1, "g": 2}}}
    assert without(value, "a[].b") == {**value, "a": [{"c": 2}, {"c": 3}]}
    assert without(value, "d.e.f") == {**value, "d": {"e": {"g": 2}}}
    assert without(value, "d.x.f") == value
    assert value["a"][0]["b"] == 1


def test_texts_come_with_their_paths():
    assert list(texts({"a": ["x", {"b.c": "y"}], "d": 1, "e": UNKNOWN})) == [("a[0]", "x"), ('a[1]["b.c"]', "y")]


def test_empty_values_go_at_any_depth():
    assert cleaned({"a": None, "b": {"c": None, "d": [{"e": None}]}}) == {"b": {"d": [{}]}}


def test_unknown_is_found_at_any_depth():
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "UNKNOWN"}]})


def test_later_objects_win_within_objects():
    assert merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}, "d": 3}) == {"a": {"b": 1, "c": [2]}, "d": 3}


def test_changes_go_as_deep_as_they_can():
    old = {"a": {"b": 1, "gone": 1}, "list": [1, {"x": 1}, 3], "same": [1], "truth": 1}
    new = {"a": {"b": 2, "new": 1}, "list": [1, {"x": UNKNOWN}], "same": [1], "truth": True}
    assert {(change.path, change.kind) for change in changes(old, new)} == {
        ("a.b", "update"),
        ("a.gone", "delete"),
        ("a.new", "add"),
        ("list[1].x", "update"),
        ("list[2]", "delete"),
        ("truth", "update"),
    }


@given(JSON)
def test_a_value_has_no_changes_to_itself(value):
    assert list(changes(value, cleaned(value))) == []


@given(JSON, JSON)
def test_changes_are_empty_only_between_equals(old, new):
    if not list(changes(old, new)):
        assert old == new


@given(JSON, JSON)
def test_changes_mirror_each_other(old, new):
    mirrored = {"add": "delete", "delete": "add", "update": "update"}
    there = {(change.path, change.kind) for change in changes(old, new)}
    assert {(change.path, mirrored[change.kind]) for change in changes(new, old)} == there
