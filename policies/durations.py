"""Lengths of time as clouds write them."""

import re
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from policies.properties import UnusableError

_DURATION: Final = TypeAdapter(timedelta)
_TIME_SPAN: Final = re.compile(r"(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)")


def duration(text: str, place: str) -> timedelta:
    """The length of an ISO 8601 duration, such as `P90D` (a month is 30 days, a year 365), or of a time span of .NET,
    such as `1.12:00:00`.

    Raises UnusableError for anything else, which names `place`, the property that says it.
    """
    span = _TIME_SPAN.fullmatch(text)
    if span is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        return _DURATION.validate_python(text if text.startswith("P") else "")
    except ValidationError:
        raise UnusableError(f"{place} is no length of time: write it as P90D or PT4H") from None
