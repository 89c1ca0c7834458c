"""What a refresh found beside what the program declares, such as a rule that somebody added to a security group."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hosting.engine import Deployed
from hosting.words import counted

_SECRET: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key by which the engine marks a secret
"""Each run encrypts anew, so that of two secrets nobody can tell whether they are the same."""


@dataclass(frozen=True)
class Undeclared:
    """A resource of which the cloud holds more, or something else, than before, and nothing that is declared."""

    resource: Deployed
    properties: tuple[str, ...]
    """The outputs that differ."""


def undeclared(before: Iterable[Deployed], after: Iterable[Deployed], drifted: Collection[str]) -> Sequence[Undeclared]:
    """What a refresh has changed in the state without a word of the engine's, which compares only what is declared.

    `drifted` are the URNs of which the engine has told.
    """
    known = {resource.urn: resource for resource in before}
    found = [
        Undeclared(each, _differing(known[each.urn].outputs, each.outputs))
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
            f"{counted(others, 'resource')} of {stack} changed in what the program doesn't declare (?): `make preview "
            f"STACK={stack}` judges it, and whoever wants it undone does that in the cloud."
        )
    return " ".join(sentences)


def _differing(one: Any, other: Any) -> tuple[str, ...]:
    return tuple(sorted(name for name in one.keys() | other.keys() if _shown(one.get(name)) != _shown(other.get(name))))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return "a secret" if _SECRET in value else {name: _shown(each) for name, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list) else value
