"""What a refresh found beside what the program declares, such as a rule that somebody added to a security group."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hosting.engine import Deployed
from hosting.mutation.sdk import shapes
from hosting.words import counted
from policies.properties import SIGNATURE


@dataclass(frozen=True)
class Undeclared:
    """A resource of which the cloud holds more, or something else, than before, and nothing that is declared."""

    resource: Deployed
    properties: tuple[str, ...]
    """What differs and could be declared."""


def undeclared(before: Iterable[Deployed], after: Iterable[Deployed], drifted: Collection[str]) -> Sequence[Undeclared]:
    """What a refresh has changed in the state without a word of the engine's, which compares only what is declared.

    `drifted` are the URNs of which the engine has told.
    """
    known = {resource.urn: resource for resource in before}
    found = [
        Undeclared(each, tuple(_differing(each.kind, known[each.urn].outputs, each.outputs)))
        for each in after
        if each.is_in_cloud and each.urn in known and each.urn not in drifted
    ]
    return [each for each in found if each.properties]


def said(stack: str, drifted: int, others: int) -> str:
    """What to do about so many resources that changed in what is declared, and in what isn't; nothing about none."""
    sentences: list[str] = []
    if drifted:
        sentences.append(
            f"{counted(drifted, 'resource')} of {stack} changed behind the program's back: `make up STACK={stack}` "
            "heals what the program declares."
        )
    if others:
        sentences.append(
            f"{counted(others, 'resource')} of {stack} changed in what the program doesn't declare (?), by somebody or "
            f"by the cloud itself: `make preview STACK={stack}` judges it, and it is undone in the cloud."
        )
    return " ".join(sentences)


def _differing(kind: str, one: Any, other: Any, place: tuple[str, ...] = ()) -> Iterator[str]:
    """The properties that differ and that a program could set: others are the cloud's, such as who is connected."""
    if _shown(one) == _shown(other) or (place and not shapes(kind, place)):
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(kind, one.get(name), other.get(name), (*place, name))
    else:
        yield ".".join(place)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        # Each run encrypts anew: of two secrets nobody can tell whether they are the same.
        return "a secret" if SIGNATURE in value else {name: _shown(each) for name, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list) else value
