"""The commands of AWS's command line that a page of the documentation tells people to type."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FENCED = re.compile(r"^[ ]*```(?:sh|console)\n(.*?)^[ ]*```$", re.DOTALL | re.MULTILINE)
_ANY_FENCED = re.compile(r"^[ ]*```.*?^[ ]*```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`]+)`")
_AWS = re.compile(r"(?<![\w./-])aws (?=[a-z])")
_ANSWER = "ANSWER"
"""Stands for what a command within a command answers."""


@dataclass(frozen=True)
class Command:
    """`aws SERVICE OPERATION --option value ...`, and the heading of the page below which it stands."""

    heading: str
    service: str
    operation: str
    options: dict[str, tuple[str, ...]]


def aws_commands(page: str) -> Iterator[Command]:
    """Each command of the page, in code and in running text; those within others come on their own as well."""
    for section in re.split(r"^(?=## )", page, flags=re.MULTILINE):
        heading = section.partition("\n")[0].removeprefix("## ")
        inline = _INLINE.findall(_ANY_FENCED.sub("", section))
        code = "\n".join([*_FENCED.findall(section), *inline]).replace("\\\n", " ")
        for found in _AWS.finditer(code):
            text, _ = _command(code, found.start())
            _, service, operation, *rest = shlex.split(text)
            yield Command(heading, service, operation, _options(rest))


def _command(text: str, position: int) -> tuple[str, int]:
    """The command that begins at the position, with the commands within it left out, and where it ends."""
    taken: list[str] = []
    quote = ""
    while position < len(text):
        here = text[position]
        if quote != "'" and text.startswith("$(", position):
            position = _after_parenthesis(text, position + 2)
            taken.append(_ANSWER)
            continue
        if quote != "'" and here == "\\":
            taken.append(text[position : position + 2])
            position += 2
            continue
        if here == quote:
            quote = ""
        elif not quote and here in "'\"":
            quote = here
        elif not quote and here in ";|&)\n":
            break
        taken.append(here)
        position += 1
    return "".join(taken), position


def _after_parenthesis(text: str, position: int) -> int:
    while True:
        _, position = _command(text, position)
        if text[position] == ")":
            return position + 1
        position += 1


def _options(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    options: dict[str, tuple[str, ...]] = {}
    name = ""
    for word in words:
        if word.startswith("#"):
            break
        if word.startswith("--"):
            name = word.removeprefix("--")
            assert name not in options, f"--{name} stands twice in {' '.join(words)}"
            options[name] = ()
        else:
            assert name, f"{word!r} belongs to no option in {' '.join(words)}"
            options[name] += (word,)
    return options
