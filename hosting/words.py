"""How counts and values are said to people."""

import json


def counted(count: int, noun: str) -> str:
    """`count` of a thing in words, such as `1 rule` and `2 rules`; nouns whose plural takes an s only."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def written(value: object) -> str:
    """A value as people and programs read it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
