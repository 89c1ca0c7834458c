"""What ARM refuses of resource groups, identities, roles and locks."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.backend import Properties

GROUP_NAME: Final = Name(r"[\w.()-]{0,89}[\w()-]", "1 to 90 letters, digits, _ . ( ) and hyphens without a dot last")

IDENTITY_NAME: Final = Name(r"[A-Za-z0-9][\w-]{2,127}", "3 to 128 letters, digits, _ and hyphens")


def role_not_given(cloud: Cloud, put: Put) -> Iterator[str]:
    """The same role of the same principal at the same scope exists once; who and where can't be changed."""

    def what(inputs: Properties) -> tuple[str, ...]:
        return tuple(str(inputs.get(name)).strip("/").lower() for name in ("principalId", "scope", "roleDefinitionId"))

    for other in cloud.of_type(put.kind.token):
        if other.identity.lower() != put.identity.lower() and what(other.inputs) == what(put.inputs):
            yield f"the role is assigned already: {other.identity}"
