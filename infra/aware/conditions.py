"""Conditions of role assignments: a role over a whole account that holds for some of its containers."""

from collections.abc import Sequence
from typing import Final

READS_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"

NO_CONTAINER: Final = "no-case"
"""A name that no container has: each tenant's begins with `tenant-`."""


def only_containers(names: Sequence[str], *, actions: Sequence[str] = (READS_BLOBS,)) -> str:
    """The condition by which a role's `actions` on blobs hold in the containers `names` and in no others, not even for
    their list (Azure documentation, "Example Azure role assignment conditions for Blob Storage"). An action of the role
    that isn't among `actions` holds everywhere.

    A condition changes in place, where Azure Backup's lock on the account would hold a role that had to go.
    """
    wanted = ", ".join(f"'{name}'" for name in names or [NO_CONTAINER])
    others = " AND ".join(f"!(ActionMatches{{'{action}'}})" for action in actions)
    container = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
    return f"(({others}) OR ({container} ForAnyOfAnyValues:StringEquals {{{wanted}}}))"
