"""What the installed Azure Native SDK says of a resource type."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from localcloud.schema import NoSuchTypeError, Schema, class_of, documentation_of, inputs_of, outputs_of

_API_VERSION: Final = re.compile(r"Azure REST API version (\d{4}-\d{2}-\d{2}(-preview)?)")


@dataclass(frozen=True)
class ArmSchema(Schema):
    """One resource type of the SDK, in the version of Azure's API that the SDK calls."""

    api_version: str


@cache
def schema_of(token: str) -> ArmSchema:
    """The schema of a type token such as `azure-native:network:VirtualNetwork`. Raises NoSuchTypeError."""
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    if package != "azure-native" or not module or not name:
        raise NoSuchTypeError(token)
    resource = class_of(token, f"pulumi_azure_native.{module}", name)
    version = _API_VERSION.search(documentation_of(resource))
    return ArmSchema(token, inputs_of(resource), outputs_of(resource), version[1] if version else "")
