"""Log groups, all encrypted and kept."""

from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from infra.cloud_integrated.room import Room

RETENTIONS: Final = (365, 400, 545, 731)
"""Retentions that CloudWatch Logs accepts, in days, as far as settings ask for them (PutRetentionPolicy)."""


def retention(days: int) -> int:
    """The shortest retention that CloudWatch Logs accepts and that keeps logs for at least `days`."""
    return min(candidate for candidate in RETENTIONS if candidate >= days)


def log_group(
    room: Room, name: str, *, key_arn: pulumi.Input[str], retention_days: int, called: str | None = None
) -> cloudwatch.LogGroup:
    """A log group of `room`, encrypted with `key_arn`, protected from deletion.

    `called` is its name in the cloud where the service that writes to it wants one of its own.
    """
    return cloudwatch.LogGroup(
        room.names.logical(name),
        cloudwatch.LogGroupArgs(
            region=room.names.region,
            name=called or room.names.log_group(name),
            kms_key_id=key_arn,
            retention_in_days=retention(retention_days),
            tags=room.names.tags(name),
        ),
        opts=room.child(protect=True),
    )
