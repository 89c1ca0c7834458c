"""How counts are said to people."""


def counted(count: int, noun: str) -> str:
    """`count` of a thing in words, such as `1 rule` and `2 rules`; nouns whose plural takes an s only."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
