"""What the installed Azure AD SDK says of a resource type."""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from localcloud.schema import NoSuchTypeError, Record, Schema, class_of, inputs_of, outputs_of, pulumi_names

_TOKEN: Final = re.compile(r"azuread:index/(\w+):(\w+)")
_PARAMETER: Final = re.compile(r"^\s*:param [^\n]*? (\w+): ", re.MULTILINE)
_FORCES: Final = re.compile(r"forces? a new (resource|\w+) to be created")


@dataclass(frozen=True)
class EntraSchema(Schema):
    """One resource type of the SDK, with what its documentation says can't be changed in place."""

    replaces: frozenset[str]


@cache
def schema_of(token: str) -> EntraSchema:
    """The schema of a type token such as `azuread:index/group:Group`. Raises NoSuchTypeError."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise NoSuchTypeError(token)
    resource = class_of(token, "pulumi_azuread", match[2])
    inputs = inputs_of(resource)
    return EntraSchema(token, inputs, outputs_of(resource), _replacing(inputs))


def _replacing(inputs: Record) -> frozenset[str]:
    """The inputs of which the SDK's documentation says that a change of them makes another object."""
    _, *parts = _PARAMETER.split(inspect.getdoc(inputs.arguments.__init__) or "")
    names = pulumi_names(inputs.arguments)
    described = zip(parts[::2], parts[1::2], strict=True)
    return frozenset(names[name] for name, words in described if _FORCES.search(words))
