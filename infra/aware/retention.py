"""How long what was deleted or changed can be brought back: always within the term of the deletion policy."""

from dataclasses import dataclass
from typing import Final, Self

MOST_RESTORABLE_DAYS: Final = 30
"""Days of point-in-time restore at most: further back a restore takes very long (Azure documentation, "Configure
operational backup for Azure Blobs")."""

DELETED_LONGER_DAYS: Final = 5
"""By how many days what was deleted outlasts the time that can be restored: as operational backup sets it."""

MOST_DATABASE_DAYS: Final = 35
"""Days of PostgreSQL's backups at most (Azure documentation, "Backup and restore in Azure Database for PostgreSQL")."""


@dataclass(frozen=True)
class Recoverable:
    """Days, from a deletion or change, in which Azure keeps what was there before.

    An older version of a blob is deleted after `versions`, then stays `deleted` days, which together are the term: so
    a customer's deletion is complete within it, whether of one message or of everything.
    """

    restorable: int
    """To any moment of these days the blobs can be set back."""
    deleted: int
    """A deleted blob or container."""
    versions: int
    """A blob's older version."""
    database: int
    """PostgreSQL's backups, in the region and in its pair."""

    @classmethod
    def within(cls, deletion_policy_days: int) -> Self:
        """The longest that fit into the deletion policy's term (30 days or more)."""
        # Versions have to outlast what can be restored, for a restore reads them.
        restorable = min(MOST_RESTORABLE_DAYS, (deletion_policy_days - DELETED_LONGER_DAYS - 1) // 2)
        deleted = restorable + DELETED_LONGER_DAYS
        return cls(
            restorable=restorable,
            deleted=deleted,
            versions=deletion_policy_days - deleted,
            database=min(MOST_DATABASE_DAYS, deletion_policy_days),
        )
