"""What it takes in AWS to copy data, to deliver logs or to raise alarms: without any of it nothing comes, unnoticed.

Which copies there are follows from the resources; what each takes is what AWS documents for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from policies.iam.account import BUCKETS, KEYS, ROLE, TABLE, VIA_SERVICE, Account, document, raw, text
from policies.iam.context import Context, State, Values
from policies.iam.decision import Caller, decide
from policies.iam.patterns import UNKNOWN
from policies.iam.statements import Document
from policies.iam.truth import Truth, refuse_to_guess
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings

REPLICATION: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
SELECTION: Final = "aws:backup/selection:Selection"
TRAIL: Final = "aws:cloudtrail/trail:Trail"
CHANNEL: Final = "aws:cfg/deliveryChannel:DeliveryChannel"
BALANCERS: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
TOPIC: Final = "aws:sns/topic:Topic"

COPIES: Final = (REPLICATION, SELECTION, TRAIL, CHANNEL, *BALANCERS, FLOW_LOG, LOG_GROUP, TOPIC)

_TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
_EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
_VAULT: Final = "aws:backup/vault:Vault"
_ENCRYPTIONS: Final = ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",)
_CONTEXT_BUCKET: Final = "kms:EncryptionContext:aws:s3:arn"

_READS_BUCKET: Final = (
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketNotification",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetInventoryConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketNotification",
    "s3:PutInventoryConfiguration",
)
_READS_OBJECTS: Final = (
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
)
"""AWS Backup Developer Guide, managed policy AWSBackupServiceRolePolicyForS3Backup."""


@dataclass(frozen=True)
class _Need:
    """One request that has to be allowed."""

    caller: Caller
    who: str
    action: str
    on: str
    """What it is about, in words."""
    arn: str
    documents: Sequence[Document]
    region: str
    own_policies_suffice: bool = True
    keys: Mapping[str, Values] = field(default_factory=dict[str, Values])

    def answer(self, owner: str) -> Truth:
        """Whether the request, with nothing in it that isn't said here, is surely allowed on what this account owns."""
        keys: dict[str, Values] = {
            "aws:SecureTransport": ("true",),
            "s3:TlsVersion": ("1.3",),
            "aws:RequestedRegion": (self.region,),
            "aws:ResourceAccount": (owner,),
            **self.keys,
        }
        return decide(
            self.caller,
            self.action,
            self.arn,
            Context(keys, rest=State.ABSENT),
            self.documents,
            own_policies_suffice=self.own_policies_suffice,
        )


def gaps(copy: Resource, stack: Stack) -> Findings:
    """Yields what a copy takes and isn't surely allowed."""
    account = stack.derived(Account)
    waiting: dict[str, None] = {}
    for need in _Copies(account, stack).needs(copy):
        if isinstance(need, str):
            yield need
            continue
        answer = need.answer(account.id)
        if answer is Truth.UNKNOWN:
            waiting[f"{need.who} on {need.on}"] = None
        elif answer is not Truth.YES:
            what = f"{need.who} needs {need.action} on {need.on}"
            yield f"{what}, or nothing comes: allow it in the role, its boundary and the policy of {need.on}"
    refuse_to_guess("the copy is allowed what it takes", waiting)


class _Copies:
    def __init__(self, account: Account, stack: Stack) -> None:
        self._account = account
        self._stack = stack

    def needs(self, copy: Resource) -> Iterator[_Need | str]:
        """What a copy takes, and what is wrong with it by itself."""
        match copy.resource_type:
            case kind if kind == REPLICATION:
                yield from self._replication(copy)
            case kind if kind == SELECTION:
                yield from self._backup(copy)
            case kind if kind == TRAIL:
                yield from self._trail(copy)
            case kind if kind == CHANNEL:
                yield from self._channel(copy)
            case kind if kind == FLOW_LOG:
                yield from self._flow_log(copy)
            case kind if kind == LOG_GROUP:
                yield from self._log_group(copy)
            case kind if kind == TOPIC:
                yield from self._topic(copy)
            case _:
                yield from self._balancer(copy)

    def _replication(self, config: Resource) -> Iterator[_Need | str]:
        """S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted objects"."""
        roles = self._account.named(config, "role", ROLE)
        sources = self._account.named(config, "bucket", *BUCKETS)
        if not roles or not sources:
            yield "its role or its bucket is not in the stack: make it there"
        for role in roles:
            yield self._trusts(role, "s3.amazonaws.com", {})
        for role, source in ((role, source) for role in roles for source in sources):
            as_role = self._account.callers[role.urn]
            key = self._key_of_bucket(source)
            for action in ("s3:GetReplicationConfiguration", "s3:ListBucket"):
                yield self._on_bucket(as_role, action, source, "")
            for action in ("s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"):
                yield self._on_bucket(as_role, action, source, "/any/object")
            if key is not None:
                yield self._on_key(as_role, "kms:Decrypt", key, "s3", self._of_bucket(source))
            rules = cast("list[dict[str, Any]]", raw(config, "rules") or [])
            for rule in rules:
                yield from self._replicated_to(config, rule, as_role, is_encrypted=key is not None)

    def _replicated_to(
        self, config: Resource, rule: Mapping[str, Any], as_role: Caller, *, is_encrypted: bool
    ) -> Iterator[_Need | str]:
        criteria = (rule.get("sourceSelectionCriteria") or {}).get("sseKmsEncryptedObjects") or {}
        destination = rule.get("destination") or {}
        if is_encrypted and criteria.get("status") != "Enabled":
            yield "S3 leaves out what a KMS key encrypts: set source_selection_criteria.sse_kms_encrypted_objects"
        targets = self._account.meant(config, "rules", [destination.get("bucket")], *BUCKETS)
        keys = self._account.meant(
            config, "rules", [(destination.get("encryptionConfiguration") or {}).get("replicaKmsKeyId")], *KEYS
        )
        if not targets:
            yield "the bucket it copies to is not in the stack: copy to one that is"
        for target in targets:
            for action in ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"):
                yield self._on_bucket(as_role, action, target, "/any/object")
            for key in keys:
                for action in ("kms:Encrypt", "kms:GenerateDataKey"):
                    yield self._on_key(as_role, action, key, "s3", self._of_bucket(target))

    def _backup(self, selection: Resource) -> Iterator[_Need | str]:
        roles = self._account.named(selection, "iam_role_arn", ROLE)
        plans = self._account.named(selection, "plan_id", "aws:backup/plan:Plan")
        stores = self._account.named(selection, "resources", *BUCKETS, TABLE)
        if not roles or not plans or not stores:
            yield "its role, its plan or what it backs up is not in the stack: name what is there"
        for role in roles:
            as_role = self._account.callers[role.urn]
            yield self._trusts(role, "backup.amazonaws.com", {})
            for store in stores:
                yield from self._read(as_role, store)
            for plan in plans:
                yield from self._kept(as_role, plan)

    def _read(self, as_role: Caller, store: Resource) -> Iterator[_Need | str]:
        if store.resource_type == TABLE:
            arn, region = self._account.arn(store), aws_region(store) or UNKNOWN
            for action in ("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"):
                yield _Need(
                    as_role, self._account.label(as_role), action, f"table {store.resource_name}", arn, [], region
                )
            for key in self._keys_of_table(store):
                yield self._on_key(as_role, "kms:Decrypt", key, "dynamodb", {})
            return
        for action in _READS_BUCKET:
            yield self._on_bucket(as_role, action, store, "")
        for action in _READS_OBJECTS:
            yield self._on_bucket(as_role, action, store, "/any/object")
        key = self._key_of_bucket(store)
        if key is not None:
            yield self._on_key(as_role, "kms:Decrypt", key, "s3", self._of_bucket(store))

    def _kept(self, as_role: Caller, plan: Resource) -> Iterator[_Need | str]:
        """AWS Backup Developer Guide, "Encryption for backups" and "Cross-Region backup copies"."""
        for rule in cast("list[dict[str, Any]]", raw(plan, "rules") or []):
            vaults = self._account.meant(plan, "rules", [rule.get("targetVaultName")], _VAULT)
            copied = [each.get("destinationVaultArn") for each in rule.get("copyActions") or []]
            for vault in vaults[:1]:
                yield from self._into(as_role, vault)
            for vault in self._account.meant(plan, "rules", copied, _VAULT) if copied else []:
                arn, region = text(vault, "arn") or UNKNOWN, aws_region(vault) or UNKNOWN
                yield _Need(
                    as_role,
                    self._account.label(as_role),
                    "backup:CopyIntoBackupVault",
                    f"vault {vault.resource_name}",
                    arn,
                    self._documents_of_vault(vault),
                    region,
                )
                yield from self._into(as_role, vault)

    def _into(self, as_role: Caller, vault: Resource) -> Iterator[_Need | str]:
        for key in self._account.named(vault, "kms_key_arn", *KEYS):
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                yield self._on_key(as_role, action, key, "backup", {})

    def _trail(self, trail: Resource) -> Iterator[_Need | str]:
        """CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS KMS key policies"."""
        service, arn = "cloudtrail.amazonaws.com", text(trail, "arn") or UNKNOWN
        source: dict[str, Values] = {"aws:SourceArn": (arn,), "aws:SourceAccount": (self._account.id,)}
        for bucket in self._account.named(trail, "s3_bucket_name", *BUCKETS):
            yield self._by_service(service, "s3:GetBucketAcl", bucket, "", source)
            prefix = f"{text(trail, 's3_key_prefix')}/" if text(trail, "s3_key_prefix") else ""
            acl: dict[str, Values] = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
            place = f"/{prefix}AWSLogs/{self._account.id}/CloudTrail/any"
            yield self._by_service(service, "s3:PutObject", bucket, place, {**source, **acl})
        for key in self._account.named(trail, "kms_key_id", *KEYS):
            context: dict[str, Values] = {"kms:EncryptionContext:aws:cloudtrail:arn": (arn,)}
            yield self._key_by_service(service, "kms:GenerateDataKey", key, {**source, **context})
            yield self._key_by_service(service, "kms:DescribeKey", key, source)
        for role in self._account.named(trail, "cloud_watch_logs_role_arn", ROLE):
            yield self._trusts(role, service, source)
            group = (text(trail, "cloud_watch_logs_group_arn") or UNKNOWN).removesuffix(":*")
            yield from self._writes_log(role, group, aws_region(trail) or UNKNOWN)

    def _channel(self, channel: Resource) -> Iterator[_Need | str]:
        """AWS Config Developer Guide, "Permissions for the Amazon S3 bucket" and "... for the KMS key"."""
        service = "config.amazonaws.com"
        source: dict[str, Values] = {"aws:SourceAccount": (self._account.id,)}
        for bucket in self._account.named(channel, "s3_bucket_name", *BUCKETS):
            for action in ("s3:GetBucketAcl", "s3:ListBucket"):
                yield self._by_service(service, action, bucket, "", source)
            prefix = f"{text(channel, 's3_key_prefix')}/" if text(channel, "s3_key_prefix") else ""
            acl: dict[str, Values] = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
            place = f"/{prefix}AWSLogs/{self._account.id}/Config/any"
            yield self._by_service(service, "s3:PutObject", bucket, place, {**source, **acl})
        for key in self._account.named(channel, "s3_kms_key_arn", *KEYS):
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                yield self._key_by_service(service, action, key, source)

    def _balancer(self, balancer: Resource) -> Iterator[_Need | str]:
        """Elastic Load Balancing, "Enable access logs for your Application Load Balancer"."""
        arn = text(balancer, "arn") or UNKNOWN
        region = aws_region(balancer) or UNKNOWN
        if arn == UNKNOWN:
            arn = f"arn:aws:elasticloadbalancing:{region}:{self._account.id}:loadbalancer/{UNKNOWN}"
        source: dict[str, Values] = {"aws:SourceArn": (arn,), "aws:SourceAccount": (self._account.id,)}
        for name in ("access_logs", "connection_logs"):
            logs = raw(balancer, name)
            settings = cast("Mapping[str, Any]", logs) if isinstance(logs, Mapping) else {}
            if settings.get("enabled") is not True:
                continue
            for bucket in self._account.meant(balancer, name, [settings.get("bucket")], *BUCKETS):
                prefix = f"{settings['prefix']}/" if settings.get("prefix") else ""
                place = f"/{prefix}AWSLogs/{self._account.id}/elasticloadbalancing/any"
                yield self._by_service(
                    "logdelivery.elasticloadbalancing.amazonaws.com", "s3:PutObject", bucket, place, source
                )
                if self._key_of_bucket(bucket) is not None:
                    yield "a load balancer writes no logs under a KMS key: encrypt the bucket with AES256"

    def _flow_log(self, log: Resource) -> Iterator[_Need | str]:
        """Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"."""
        region = aws_region(log) or UNKNOWN
        source: dict[str, Values] = {
            "aws:SourceAccount": (self._account.id,),
            "aws:SourceArn": (text(log, "arn") or f"arn:aws:ec2:{region}:{self._account.id}:vpc-flow-log/{UNKNOWN}",),
        }
        if source["aws:SourceArn"] == (UNKNOWN,):
            source["aws:SourceArn"] = (f"arn:aws:ec2:{region}:{self._account.id}:vpc-flow-log/{UNKNOWN}",)
        destination = text(log, "log_destination") or UNKNOWN
        for role in self._account.named(log, "iam_role_arn", ROLE):
            yield self._trusts(role, "vpc-flow-logs.amazonaws.com", source)
            yield from self._writes_log(role, destination.removesuffix(":*"), region)
        for bucket in self._account.named(log, "log_destination", *BUCKETS):
            place = f"/AWSLogs/{self._account.id}/vpcflowlogs/any"
            yield self._by_service("delivery.logs.amazonaws.com", "s3:PutObject", bucket, place, source)

    def _log_group(self, group: Resource) -> Iterator[_Need | str]:
        """CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"."""
        region = aws_region(group) or UNKNOWN
        arn = text(group, "arn") or UNKNOWN
        if arn == UNKNOWN:
            arn = f"arn:aws:logs:{region}:{self._account.id}:log-group:{text(group, 'name') or UNKNOWN}"
        context: dict[str, Values] = {"kms:EncryptionContext:aws:logs:arn": (arn.removesuffix(":*"),)}
        for key in self._account.named(group, "kms_key_id", *KEYS):
            for action in ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"):
                yield self._key_by_service(f"logs.{region}.amazonaws.com", action, key, context)

    def _topic(self, topic: Resource) -> Iterator[_Need | str]:
        """CloudWatch User Guide, "Notify users on alarm changes"; EventBridge User Guide, "Amazon SNS permissions"."""
        region = aws_region(topic) or UNKNOWN
        arn = text(topic, "arn") or UNKNOWN
        if arn == UNKNOWN:
            arn = f"arn:aws:sns:{region}:{self._account.id}:{text(topic, 'name') or UNKNOWN}"
        publishers: list[tuple[str, dict[str, Values]]] = [
            ("cloudwatch.amazonaws.com", {"aws:SourceAccount": (self._account.id,), "aws:SourceArn": (alarm,)})
            for alarm in self._alarms_in(region)
        ]
        if any(self._brings_to(target, topic) for target in self._stack.of_type(_EVENT_TARGET)):
            publishers.append(("events.amazonaws.com", {}))
        documents = [
            content
            for policy in self._stack.of_type(_TOPIC_POLICY)
            if topic in self._account.named(policy, "arn", TOPIC) and (content := document(policy)) is not None
        ]
        keys = self._account.named(topic, "kms_master_key_id", *KEYS)
        for service, source in publishers:
            who, what = Caller("service", service, ""), f"topic {topic.resource_name}"
            yield _Need(who, service, "sns:Publish", what, arn, documents, region, keys=source)
            for key in keys:
                for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                    yield self._key_by_service(service, action, key, source)

    def _alarms_in(self, region: str) -> Iterator[str]:
        """The ARNs of a region's alarms, which tell its topic; as far as a name says, before they are known."""
        for alarm in self._stack.of_type(_ALARM):
            if (aws_region(alarm) or UNKNOWN) != region:
                continue
            arn = text(alarm, "arn") or UNKNOWN
            name = text(alarm, "name") or UNKNOWN
            yield arn if arn != UNKNOWN else f"arn:aws:cloudwatch:{region}:{self._account.id}:alarm:{name}"

    def _brings_to(self, target: Resource, topic: Resource) -> bool:
        found = self._account.named(target, "arn", TOPIC, _TOPIC_POLICY)
        return any(each == topic or topic in self._account.named(each, "arn", TOPIC) for each in found)

    def _writes_log(self, role: Resource, group_arn: str, region: str) -> Iterator[_Need]:
        as_role = self._account.callers[role.urn]
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            yield _Need(
                as_role,
                self._account.label(as_role),
                action,
                "its log group",
                f"{group_arn}:log-stream:any",
                [],
                region,
            )

    def _trusts(self, role: Resource, service: str, keys: Mapping[str, Values]) -> _Need:
        return _Need(
            Caller("service", service, ""),
            service,
            "sts:AssumeRole",
            f"the role {role.resource_name}",
            self._account.arn(role),
            [self._account.trust(role)],
            UNKNOWN,
            own_policies_suffice=False,
            keys=keys,
        )

    def _on_bucket(self, caller: Caller, action: str, bucket: Resource, place: str) -> _Need:
        documents = self._account.bucket_documents(bucket)
        arn = self._account.arn(bucket) + place
        who, region = self._account.label(caller), aws_region(bucket) or UNKNOWN
        return _Need(caller, who, action, f"bucket {bucket.resource_name}", arn, documents, region)

    def _by_service(self, service: str, action: str, bucket: Resource, place: str, keys: Mapping[str, Values]) -> _Need:
        need = self._on_bucket(Caller("service", service, ""), action, bucket, place)
        return replace(need, keys=keys)

    def _on_key(self, caller: Caller, action: str, key: Resource, service: str, keys: Mapping[str, Values]) -> _Need:
        region = aws_region(key) or UNKNOWN
        return _Need(
            caller,
            self._account.label(caller),
            action,
            f"key {key.resource_name}",
            self._account.arn(key),
            self._account.key_documents(key),
            region,
            own_policies_suffice=False,
            keys={VIA_SERVICE: (f"{service}.{region}.amazonaws.com",), **keys},
        )

    def _key_by_service(self, service: str, action: str, key: Resource, keys: Mapping[str, Values]) -> _Need:
        need = self._on_key(Caller("service", service, ""), action, key, "s3", {})
        return replace(need, keys=keys)

    def _of_bucket(self, bucket: Resource) -> Mapping[str, Values]:
        # Under bucket keys S3 gives the bucket's ARN (S3 User Guide, "Reducing the cost of SSE-KMS").
        return {_CONTEXT_BUCKET: (self._account.arn(bucket),)}

    def _key_of_bucket(self, bucket: Resource) -> Resource | None:
        return key_of_bucket(bucket, self._stack)

    def _keys_of_table(self, table: Resource) -> list[Resource]:
        encryption = raw(table, "server_side_encryption")
        value = cast("Mapping[str, Any]", encryption).get("kmsKeyArn") if isinstance(encryption, Mapping) else None
        return self._account.meant(table, "server_side_encryption", [value], *KEYS)

    def _documents_of_vault(self, vault: Resource) -> list[Document]:
        return self._stack.derived(_documents_of_vaults).get(vault.urn, [])


def key_of_bucket(bucket: Resource, stack: Stack) -> Resource | None:
    """The key that a bucket encrypts its objects with; None if S3 does so itself, or with a key outside the stack."""
    return stack.derived(_keys_of_buckets).get(bucket.urn)


def _keys_of_buckets(stack: Stack) -> Mapping[str, Resource]:
    account = stack.derived(Account)
    found: dict[str, Resource] = {}
    for encryption in stack.of_type(*_ENCRYPTIONS):
        defaults = [
            rule.get("applyServerSideEncryptionByDefault") or {}
            for rule in cast("list[dict[str, Any]]", raw(encryption, "rules") or [])
        ]
        keys = account.meant(encryption, "rules", [each.get("kmsMasterKeyId") for each in defaults], *KEYS)
        for bucket in account.named(encryption, "bucket", *BUCKETS) if keys else []:
            found[bucket.urn] = keys[0]
    return found


def _documents_of_vaults(stack: Stack) -> Mapping[str, list[Document]]:
    account = stack.derived(Account)
    found: dict[str, list[Document]] = {}
    policies: Iterable[Resource] = stack.of_type("aws:backup/vaultPolicy:VaultPolicy")
    for policy in policies:
        for vault in account.named(policy, "backup_vault_name", _VAULT):
            content = document(policy)
            found.setdefault(vault.urn, []).extend([] if content is None else [content])
    return found
