import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.iam.patterns import CHOSEN, UNKNOWN, arn_matches, literal, matches
from policies.iam.truth import Truth

TEXTS = st.text("ab:/*?", max_size=6)


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("*", "", Truth.YES),
        ("?*", "", Truth.NO),
        ("?", "a", Truth.YES),
        ("a*c", "abbc", Truth.YES),
        ("a.c", "abc", Truth.NO),
        ("[a]", "a", Truth.NO),
        ("a*", f"a{UNKNOWN}", Truth.YES),
        ("ab*", f"a{UNKNOWN}", Truth.UNKNOWN),
        ("b*", f"a{UNKNOWN}", Truth.NO),
        ("*c", f"{UNKNOWN}b", Truth.NO),
        ("a?", f"a{UNKNOWN}", Truth.UNKNOWN),
        (f"a{CHOSEN}", "abc", Truth.POSSIBLE),
        (f"a{CHOSEN}", "bc", Truth.NO),
        (UNKNOWN, "abc", Truth.UNKNOWN),
    ],
)
def test_patterns(pattern, text, answer):
    assert matches(pattern, text) is answer


@given(pattern=TEXTS, before=TEXTS, hole=TEXTS, after=TEXTS)
def test_a_hole_hides_no_match_and_promises_none(pattern, before, hole, after):
    whole = matches(pattern, before + hole + after)
    with_a_hole = matches(pattern, before + UNKNOWN + after)

    assert with_a_hole is Truth.UNKNOWN or with_a_hole is whole


@given(text=TEXTS)
def test_a_literal_matches_itself_only(text):
    assert matches(literal(text), text) is Truth.YES
    assert matches(literal(text), text + "a") is Truth.NO


def test_arns_match_part_by_part():
    assert arn_matches("arn:aws:s3:::a*", "arn:aws:s3:::ab/c:d") is Truth.YES
    assert arn_matches("arn:*:role/a", "arn:aws:iam::1:role/a") is Truth.NO
    assert arn_matches("arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a") is Truth.YES
    assert arn_matches("*", "arn:aws:iam::1:role/a") is Truth.POSSIBLE
