"""The table `detections.toml`: what Microsoft Sentinel has to look for, and the question by which it does."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.loading import Table

_STAND_IN: Final = re.compile(r"\{(\w+)(\[\])?\}")
_TEXT: Final = r'[^"]+'
_TEXTS: Final = rf'"{_TEXT}"(?:, "{_TEXT}")*'


class Detection(BaseModel):
    """Something that Microsoft Sentinel has to look for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Literal["High", "Medium"]
    """The least that an incident of it weighs."""
    question: str
    """In the Kusto query language; `{name}` stands for a text within quotes, `{name[]}` for a list of them, quoted."""
    entities: Mapping[str, tuple[str, str]] = Field(default_factory=dict)
    """By kind, the identifier of what was found and the column that holds it."""
    only_with: str | None = None
    """A resource type without which there is nothing to look for; None where there always is."""

    def stand_ins(self, query: str) -> Mapping[str, Sequence[str]] | None:
        """What each name in the question stands for in a query; None if the query asks something else."""
        match = self._pattern.fullmatch(plain(query))
        if match is None:
            return None
        found: dict[str, tuple[str, ...]] = {}
        for (name, is_list), text in zip(_STAND_IN.findall(self.question), match.groups(), strict=True):
            texts = tuple(re.findall(rf'"({_TEXT})"', text)) if is_list else (text,)
            if found.setdefault(name, texts) != texts:
                return None
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        fixed = [re.escape(each) for each in _STAND_IN.split(plain(self.question))[::3]]
        varied = [f"({_TEXTS if is_list else _TEXT})" for _, is_list in _STAND_IN.findall(self.question)]
        return re.compile("".join(part for pair in zip(fixed, [*varied, ""], strict=True) for part in pair))


def plain(query: str) -> str:
    """The query without lines that are comments, and with one space wherever there is white space."""
    lines = (line.strip() for line in query.splitlines())
    return " ".join(" ".join(line for line in lines if not line.startswith("//")).split())


detections: Final = Table("detections.toml", dict[str, Detection])
"""What Sentinel looks for, by the logical name of its rule."""
