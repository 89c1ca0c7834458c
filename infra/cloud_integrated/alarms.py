"""The alarms: what wakes the engineer on call, in one table.

All access and each attempt is logged and monitored, to customers' data as well (e-mail document, 4.f and 5.c). What is
seen comes in one of five ways:

- `Logged`: a line of a log. Whatever people and services do in AWS is looked for in the trail's log group, in the
  stack's first region. AWS tells of root, of changes of IAM and of sign-ins at the global address in us-east-1 only; a
  rule for them would have to lie there, for most stacks outside the jurisdiction. The trail is of all regions and
  brings them home, so nothing of ours has to. It takes about five minutes (CloudTrail User Guide, "How CloudTrail
  works").
- `Silent`: no line of a log, which is how it shows when the trail itself no longer gets there.
- `Absent`: a line that has to come and doesn't, for what fails without a word.
- `Carried`: an event on the bus of the region where it happens, for services that tell more than their calls.
- `Measured`: a number that no event tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from infra.cloud_integrated.boundary import TENANT_DATA
from infra.cloud_integrated.copy_roles import BACKUP, REPLICATION, RESTORE
from infra.cloud_integrated.names import Names

Log = Literal["trail", "vpn-connections"]

DATA_ROLES: Final = (TENANT_DATA, REPLICATION, BACKUP, RESTORE)
"""Who reads and writes tenants' data in the course of the service; anybody else is a person."""

REPLICATION_OF_TABLES: Final = "AWSServiceRoleForDynamoDBReplication"
"""The role with which DynamoDB itself reads a table's stream and writes its replica."""

HIGH: Final = 7
"""From here GuardDuty calls the severity of a finding high (GuardDuty User Guide, "Findings severity levels")."""


@dataclass(frozen=True)
class Logged:
    """A line of a log that matches `pattern` (CloudWatch Logs User Guide, "Filter pattern syntax")."""

    log: Log
    pattern: str


@dataclass(frozen=True)
class Silent:
    """No line of a log for an hour (CloudWatch Logs User Guide, "Monitoring usage with CloudWatch metrics")."""

    log: Log


@dataclass(frozen=True)
class Absent:
    """No line of a log that matches `pattern` for `hours`, 168 at most."""

    log: Log
    pattern: str
    hours: int


@dataclass(frozen=True)
class Carried:
    """An event that matches `pattern` (EventBridge User Guide, "Event patterns")."""

    pattern: Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """Anything above zero that `query` finds (CloudWatch User Guide, "Metrics Insights")."""

    query: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What on-call is woken for: `means` is what they read, `source` the clause of the e-mail document it is for."""

    name: str
    means: str
    source: str
    when: Logged | Silent | Absent | Carried | Measured


def alarms(names: Names, identity_provider_arn: str, *, replicated: bool) -> Sequence[Alarm]:
    """The table. `identity_provider_arn` is the provider that demands the second factor of people; `replicated`
    whether objects are copied to another region.
    """
    return [*_always(names, identity_provider_arn), *([_REPLICATION_FAILED] if replicated else [])]


def _always(names: Names, identity_provider_arn: str) -> Sequence[Alarm]:
    return [
        Alarm(
            name="root-used",
            means="Somebody works as root. Nobody has to: ask who, and end the session.",
            source="4.a, 4.b",
            when=_trail(
                '$.userIdentity.type = "Root"',
                "$.userIdentity.invokedBy NOT EXISTS",
                '$.eventType != "AwsServiceEvent"',
            ),
        ),
        Alarm(
            name="iam-changed",
            means="Somebody's rights were changed. Compare with the change that was approved.",
            source="4.a, 4.e",
            when=_trail('$.eventSource = "iam.amazonaws.com"', "$.readOnly IS FALSE"),
        ),
        Alarm(
            name="no-second-factor",
            means="Somebody signed in to the console without a second factor, and not through the identity provider.",
            source="4.d",
            when=_trail(
                '$.eventName = "ConsoleLogin"',
                '$.responseElements.ConsoleLogin = "Success"',
                _absent_or("additionalEventData.MFAUsed", "Yes"),
                _absent_or("additionalEventData.SamlProviderArn", identity_provider_arn),
            ),
        ),
        Alarm(
            name="sign-in-failed",
            means="Somebody tried to sign in to the console and was refused.",
            source="4.f",
            when=_trail('$.eventName = "ConsoleLogin"', '$.responseElements.ConsoleLogin = "Failure"'),
        ),
        Alarm(
            name="break-glass-used",
            means="The break-glass role was taken on, or somebody tried. Ask who called the emergency.",
            source="4.a, 5.b",
            when=_trail(
                '$.eventSource = "sts.amazonaws.com"',
                f'$.requestParameters.roleArn = "{names.role_arn("break-glass")}"',
            ),
        ),
        Alarm(
            name="vpn-attempt-failed",
            means="Somebody tried to open the VPN and was refused.",
            source="4.d, 4.f",
            # What fails at the device's certificate already is not in the log (Client VPN Administrator Guide,
            # "Connection logging"), and what fails at the identity provider is in its own.
            when=Logged(
                "vpn-connections",
                '{ ($.connection-log-type = "connection-attempt") && ($.connection-attempt-status = "failed") }',
            ),
        ),
        Alarm(
            name="tenant-data-read-by-person",
            means="Somebody other than the service read or wrote a tenant's data, or tried.",
            source="5.a, 5.c",
            when=_trail(
                '$.eventCategory = "Data"',
                '$.userIdentity.type != "AWSService"',
                _not_the_service(names),
                _NOT_BY_REPLICATION,
            ),
        ),
        Alarm(
            name="key-disabled",
            means="A key was disabled or is to be deleted: what it encrypted can't be read. Was a tenant let go?",
            source="6.c",
            when=_trail(
                '$.eventSource = "kms.amazonaws.com"',
                _one_of(
                    "eventName", "DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial", "DisableKeyRotation"
                ),
            ),
        ),
        Alarm(
            name="rotation-failed",
            means="A secret was not changed when it had to be. Look into the log of the function that changes it.",
            source="4.c",
            # Secrets Manager tells of it by itself (Secrets Manager User Guide, "Log entries for rotation").
            when=_trail('$.eventSource = "secretsmanager.amazonaws.com"', '$.eventName = "RotationFailed"'),
        ),
        Alarm(
            name="policy-changed",
            means="Who is let in to a key, bucket, queue, topic, secret, registry or vault was changed.",
            source="5.b, 9.a",
            when=_trail(
                _one_of(
                    "eventName",
                    "PutKeyPolicy",
                    "PutBucketPolicy",
                    "DeleteBucketPolicy",
                    "PutBucketAcl",
                    "*PublicAccessBlock",
                    "*ResourcePolicy",
                    "*RepositoryPolicy",
                    "*BackupVaultAccessPolicy",
                    "SetQueueAttributes",
                    "SetTopicAttributes",
                ),
                "$.readOnly IS FALSE",
                _NOT_BY_BACKUP,
            ),
        ),
        Alarm(
            name="data-protection-changed",
            means="How data are copied, kept, encrypted or backed up was changed. Compare with the change that was "
            "approved.",
            source="6.c, 6.d, 8",
            when=_trail(
                _one_of(
                    "eventName",
                    "*BucketEncryption",
                    "*BucketLifecycle*",
                    "*BucketReplication",
                    "PutBucketVersioning",
                    "DeleteBackupPlan",
                    "DeleteBackupSelection",
                    "DeleteBackupVaultLockConfiguration",
                    "UpdateRegionSettings",
                    "PutReplicationConfiguration",
                ),
                "$.readOnly IS FALSE",
                _NOT_BY_BACKUP,
            ),
        ),
        Alarm(
            name="restore-started",
            means="Somebody restores a backup, or tried; restore tests are left out. Did a customer ask for it?",
            source="5.a, 5.c",
            when=_trail('$.eventSource = "backup.amazonaws.com"', '$.eventName = "StartRestoreJob"', _NOT_BY_BACKUP),
        ),
        Alarm(
            name="trail-changed",
            means="The trail was stopped, changed or deleted, or its log group was.",
            source="4.f, 5.c",
            when=_trail(
                _one_of("eventSource", "cloudtrail.amazonaws.com", "logs.amazonaws.com"),
                _one_of(
                    "eventName",
                    "StopLogging",
                    "UpdateTrail",
                    "DeleteTrail",
                    "PutEventSelectors",
                    "DeleteLogGroup",
                    "DeleteLogStream",
                    "PutRetentionPolicy",
                    "DeleteRetentionPolicy",
                    "DisassociateKmsKey",
                    "*MetricFilter",
                ),
            ),
        ),
        Alarm(
            name="trail-silent",
            means="Nothing was recorded for an hour, so no other alarm about the trail can be raised. Is it running?",
            source="4.f, 5.c",
            when=Silent("trail"),
        ),
        Alarm(
            name="access-log-changed",
            means="The log of network, VPN, load balancer or a firewall was stopped, or may have been. Does it go on?",
            source="4.f, 5.c",
            # Of balancer, VPN and firewall the log is an attribute among others, so all their changes are told.
            when=_trail(
                _one_of(
                    "eventName",
                    "DeleteFlowLogs",
                    "ModifyClientVpnEndpoint",
                    "ModifyLoadBalancerAttributes",
                    "*LoggingConfiguration",
                ),
                "$.readOnly IS FALSE",
            ),
        ),
        Alarm(
            name="watch-changed",
            means="A recorder, detector, alarm, rule or topic of the audit was stopped, narrowed, changed or deleted.",
            source="4.f",
            when=_trail(
                _one_of(
                    "eventSource",
                    "config.amazonaws.com",
                    "guardduty.amazonaws.com",
                    "securityhub.amazonaws.com",
                    "inspector2.amazonaws.com",
                    "monitoring.amazonaws.com",
                    "events.amazonaws.com",
                    "sns.amazonaws.com",
                ),
                _one_of(
                    "eventName",
                    "Stop*",
                    "Delete*",
                    "Disable*",
                    "Put*",
                    "Update*",
                    "Remove*",
                    "Unsubscribe",
                    "SetAlarmState",
                    "SetSubscriptionAttributes",
                    # What Security Hub and GuardDuty find and then say nothing of.
                    "BatchDisableStandards",
                    "BatchUpdateStandards*",
                    "CreateAutomationRule*",
                    "CreateFilter",
                    "CreateIPSet",
                    "CreateTrustedEntitySet",
                ),
                _NOT_BY_BACKUP,
            ),
        ),
        Alarm(
            name="guardduty-high",
            means="GuardDuty found what looks like an attack.",
            source="10.a",
            when=Carried(
                {
                    "source": ["aws.guardduty"],
                    "detail-type": ["GuardDuty Finding"],
                    "detail": {"severity": [{"numeric": [">=", HIGH]}]},
                }
            ),
        ),
        Alarm(
            name="backup-failed",
            means="A backup, its copy or a restore failed, or left something out.",
            source="8",
            when=Carried(
                {
                    "source": ["aws.backup"],
                    "detail-type": [
                        "Backup Job State Change",
                        "Copy Job State Change",
                        "Restore Job State Change",
                    ],
                    # A job tells its `state`, a restore its `status`; what was left out stands in the message of a job
                    # that says it is complete (AWS Backup Developer Guide, "Monitoring events using EventBridge").
                    "detail": {
                        "$or": [
                            {"state": ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]},
                            {"status": ["ABORTED", "FAILED"]},
                            {"state": ["COMPLETED"], "statusMessage": [{"anything-but": [""]}]},
                        ]
                    },
                }
            ),
        ),
        Alarm(
            name="no-backup-of-objects",
            means="No customer's bucket was backed up since the night before last, and none has failed: nothing began. "
            "Is there a customer yet?",
            source="8",
            when=_no_backup_of("S3"),
        ),
        Alarm(
            name="no-backup-of-the-table",
            means="The table was not backed up since the night before last, and nothing has failed: nothing began. "
            "Has it been there for a night?",
            source="8",
            when=_no_backup_of("DynamoDB"),
        ),
    ]


_REPLICATION_FAILED: Final = Alarm(
    name="replication-failed",
    means="An object of a tenant was not replicated to the other region.",
    source="8",
    when=Measured('SELECT SUM(OperationsFailedReplication) FROM "AWS/S3"'),
)


def _trail(*conditions: str) -> Logged:
    return Logged("trail", _all_of(*conditions))


def _no_backup_of(resource_type: str) -> Absent:
    """A night's backup begins within an hour and ends within twelve (`recovery.py`), which the trail tells as an event
    of the service (AWS Backup Developer Guide, "Logging AWS Backup API calls with CloudTrail").
    """
    pattern = _all_of(
        '$.eventSource = "backup.amazonaws.com"',
        '$.eventName = "BackupJobCompleted"',
        '$.serviceEventDetails.state = "COMPLETED"',
        f'$.serviceEventDetails.resourceType = "{resource_type}"',
    )
    return Absent("trail", pattern, hours=38)


def _all_of(*conditions: str) -> str:
    return "{ " + " && ".join(f"({condition})" for condition in conditions) + " }"


def _one_of(field: str, *values: str) -> str:
    return " || ".join(f'($.{field} = "{value}")' for value in values)


def _absent_or(field: str, not_this: str) -> str:
    """Holds for what is not `not_this`, and for what is not there: a negation alone leaves that open."""
    return f'($.{field} NOT EXISTS) || ($.{field} != "{not_this}")'


_NOT_BY_BACKUP: Final = _absent_or("userIdentity.invokedBy", "backup.amazonaws.com")
"""AWS Backup looks after rules and buckets of its own, and starts restore tests."""


_ROLE: Final = "userIdentity.sessionContext.sessionIssuer.userName"

_NOT_BY_REPLICATION: Final = " || ".join(
    [
        _absent_or(_ROLE, REPLICATION_OF_TABLES),
        # Nobody can say so but AWS, whatever a role is called.
        _absent_or("userIdentity.invokedBy", "replication.dynamodb.amazonaws.com"),
    ]
)


def _not_the_service(names: Names) -> str:
    others = " && ".join(f'($.{_ROLE} != "{names.physical(name)}")' for name in DATA_ROLES)
    return f"($.{_ROLE} NOT EXISTS) || ({others})"
