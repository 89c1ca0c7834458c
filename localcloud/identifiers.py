"""Identifiers that a cloud makes up, from a hash, so that the same program gets the same ones in every run."""

from uuid import NAMESPACE_URL, uuid5


def uuid_of(*parts: str) -> str:
    """A UUID that stays the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts).lower()))


def label_of(*parts: str) -> str:
    """Sixteen hexadecimal digits that stay the same for the same parts."""
    return uuid_of(*parts).replace("-", "")[:16]
