from datetime import timedelta

import pytest

from policies.durations import duration
from policies.properties import UnusableError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P90D", timedelta(days=90)),
        ("P1Y", timedelta(days=365)),
        ("PT15M", timedelta(minutes=15)),
        ("0.01:00:00", timedelta(hours=1)),
        ("1.12:00:30", timedelta(days=1, hours=12, seconds=30)),
        ("07:00:00", timedelta(hours=7)),
    ],
)
def test_lengths_of_time_are_read(text, length):
    assert duration(text, "window_size") == length


@pytest.mark.parametrize("text", ["", "P", "90", "four hours", "1:00:00"])
def test_anything_else_is_unusable(text):
    with pytest.raises(UnusableError, match="window_size is no length of time"):
        duration(text, "window_size")
