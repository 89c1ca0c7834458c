import pytest

from hosting.words import counted, written


@pytest.mark.parametrize(("count", "words"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")])
def test_one_is_said_without_an_s(count, words):
    assert counted(count, "rule") == words


@pytest.mark.parametrize(
    ("value", "said"),
    [("https://a.example", "https://a.example"), ({"acme": "arn:aws:kms"}, '{"acme": "arn:aws:kms"}'), (True, "true")],
)
def test_a_value_that_is_no_text_is_written_as_json(value, said):
    assert written(value) == said
