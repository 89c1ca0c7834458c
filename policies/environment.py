"""What a container or function may not be told in plain text, whichever cloud runs it: the table `environment.toml`.

Whoever may look at an app reads its variables, and so does whoever gets at its code. Nothing here gives a value back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import groupby
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from policies.loading import Table

_RUN: Final = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_HEXADECIMAL: Final = re.compile(r"(?<![0-9a-fA-F:/-])(?:[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64,})(?![0-9a-fA-F-])")
"""As long as keys are; 40 digits are a commit's, after a colon stands a digest, in a path the version of a key."""

_OFTEN: Final = 0.4
"""The share of neighbours of different kinds from which on a text looks as if made by chance, which makes 0.6 of it."""

_LENGTH_OF_AWS: Final = 40


def _expressions(patterns: tuple[str, ...]) -> tuple[str, ...]:
    try:
        re.compile(_any_of(patterns))
    except re.error as error:
        raise ValueError(f"these are no regular expressions ({error}): correct them") from None
    return patterns


_Expressions = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_expressions)]


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    names: _Expressions
    about: _Expressions
    harmless: _Expressions


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: _Expressions


class Environment(BaseModel):
    """The table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: Mapping[str, _Expressions]
    secret_names: _Names
    approved_names: Mapping[str, Annotated[str, Field(min_length=20)]]
    in_clear: _Texts


_table: Final = Table("environment.toml", Environment)


@cache
def _patterns(section: str, flags: int = 0) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(_any_of(patterns), flags) for name, patterns in dict(getattr(_table(), section)).items()}


def _any_of(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{each})" for each in patterns)


@lru_cache(maxsize=4096)
def known_secret_in(text: str) -> str | None:
    """What kind of secret a text holds by its form, in words; None if none is seen."""
    return next((kind for kind, pattern in _patterns("secrets").items() if pattern.search(text)), None)


def secret_in(text: str) -> str | None:
    """As `known_secret_in`, and what looks like a key because it looks as if made by chance."""
    known = known_secret_in(text)
    if known is None and (_HEXADECIMAL.search(text) or any(_is_random(each) for each in _RUN.findall(text))):
        return "what looks like a key"
    return known


def is_named_secret(name: str, value: str) -> bool:
    """Whether a variable of this name holds a secret, as far as its name tells."""
    patterns = _patterns("secret_names", re.IGNORECASE)
    if name in _table().approved_names or patterns["about"].search(name):
        return False
    return bool(patterns["names"].search(name)) and not patterns["harmless"].fullmatch(value)


def is_in_clear(text: str) -> bool:
    """Whether a text names a place to which nothing goes but in clear."""
    return bool(_patterns("in_clear", re.IGNORECASE)["texts"].search(text))


def _is_random(text: str) -> bool:
    """Whether capitals, small letters and digits alternate as by chance; in names digits stand together.

    A secret key of AWS has 40 characters, and may have few digits.
    """
    kinds = [_kind(each) for each in text.rstrip("=")]
    runs = Counter(kind for kind, _ in groupby(kinds))
    digits = 1 if len(text) == _LENGTH_OF_AWS else 2
    return runs["upper"] > 1 and runs["lower"] > 1 and runs["digit"] >= digits and runs.total() > _OFTEN * len(kinds)


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "other"
