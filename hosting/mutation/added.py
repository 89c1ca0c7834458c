"""Resources that nobody declared, beside one that was: what somebody adds in passing and thereby opens a way.

The tables lie in `companions/`, a file a cloud.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pulumi_policy.proxy import UNKNOWN_STRING_VALUE
from pydantic import BaseModel, ConfigDict

from hosting.mutation.paths import with_texts
from hosting.mutation.sdk import takes
from policies.properties import is_unknown
from policies.resources import Resource

FOLDER: Final = Path(__file__).parent / "companions"

_REFERENCE: Final = re.compile(r"\$\{(\w+)\}")

SHARED: Final = ("tags", "location", "region")
"""What a companion has from the resource beside it, so that it isn't refused for the lack of them alone."""


class Companion(BaseModel):
    """A resource that is added beside another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    beside: tuple[str, ...]
    properties: Mapping[str, Any]

    def beside_of(self, inputs: Resource, state: Resource) -> tuple[dict[str, Any], list[str]]:
        """Its properties beside a resource, and the names of those that are computed from it."""
        known = {**inputs.all_properties(), **state.all_properties()}
        shared = {name: known[name] for name in SHARED if name in inputs.all_properties() and takes(self.type, name)}
        computed = [name for name, value in self.properties.items() if _REFERENCE.search(str(value))]
        return {**shared, **with_texts(self.properties, lambda text: _filled(text, known))}, computed


@cache
def companions(folder: Path = FOLDER) -> tuple[Companion, ...]:
    """All of them."""
    return tuple(
        Companion.model_validate({"name": name, **content})
        for file in sorted(folder.glob("*.toml"))
        for name, content in tomllib.loads(file.read_text("utf-8")).items()
    )


def _filled(text: str, known: Mapping[str, Any]) -> str:
    values = {name: str(known.get(name, UNKNOWN_STRING_VALUE)) for name in _REFERENCE.findall(text)}
    # A text with an unknown part isn't known as a whole.
    if any(is_unknown(each) for each in values.values()):
        return UNKNOWN_STRING_VALUE
    return _REFERENCE.sub(lambda match: values[match[1]], text)
