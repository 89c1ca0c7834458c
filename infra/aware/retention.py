"""How long what was deleted or changed can be brought back: always within the term of the deletion policy.

Aware document, 6.d (deletion).
"""

from dataclasses import dataclass
from typing import Final, Self

from infra.aware.vault import DELETED_KEYS_KEPT_DAYS

RESTORABLE_DAYS: Final = 30
"""Days of point-in-time restore: further back a restore takes very long (Azure documentation, "Configure operational
backup for Azure Blobs")."""

DELETED_DAYS: Final = RESTORABLE_DAYS + 5
"""Days of a deleted blob or container; by five longer than what can be restored, as operational backup sets it."""

DATABASE_DAYS: Final = 35
"""Days of PostgreSQL's backups, the most there are (Azure documentation, "Backup and restore in Azure Database for
PostgreSQL")."""


@dataclass(frozen=True)
class Recoverable:
    """Days, from a deletion or change, in which Azure keeps what was there before.

    An older version of a blob is deleted after `versions`, then stays `deleted` days, which together are the term: so
    the deletion of a message is complete within it. For a whole tenant see `last_removal_day`.
    """

    restorable: int
    """To any moment of these days the blobs can be set back."""
    deleted: int
    """A deleted blob or container."""
    versions: int
    """A blob's older version; longer than what can be restored, for a restore reads them."""
    database: int
    """PostgreSQL's backups, in the region and in its pair."""
    keys: int
    """A deleted key, which purge protection holds."""

    @classmethod
    def within(cls, deletion_policy_days: int) -> Self:
        """The longest that fit into the deletion policy's term (90 days or more, which `Settings` holds)."""
        return cls(
            restorable=RESTORABLE_DAYS,
            deleted=DELETED_DAYS,
            versions=deletion_policy_days - DELETED_DAYS,
            database=DATABASE_DAYS,
            keys=DELETED_KEYS_KEPT_DAYS,
        )


def last_removal_day(deletion_policy_days: int) -> int:
    """The last day, counted from a tenant's termination, on which its row may leave the stack file.

    Nothing is deleted before: until then a terminated tenant's data are there, out of reach. The removal deletes key
    and container, and only then the days begin in which Azure could bring them back; the longest is the key's.
    """
    days = Recoverable.within(deletion_policy_days)
    return deletion_policy_days - max(days.deleted, days.database, days.keys)
