import pytest

from hosting.words import counted


@pytest.mark.parametrize(("count", "words"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")])
def test_one_is_said_without_an_s(count, words):
    assert counted(count, "rule") == words
