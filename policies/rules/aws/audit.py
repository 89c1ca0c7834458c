"""Logs in AWS: complete, kept, encrypted."""

from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.accounts import PROVIDER, is_in_account_of
from policies.rules.aws.keys import is_under_shared_key
from policies.rules.aws.s3 import BUCKETS, ENCRYPTIONS, companions

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TRAIL = "aws:cloudtrail/trail:Trail"
TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
RESTORE_TESTS = "aws:backup/restoreTestingPlan:RestoreTestingPlan"


WATCHES = (
    "aws:acmpca/certificateAuthority:CertificateAuthority",
    "aws:cfg/deliveryChannel:DeliveryChannel",
    "aws:cfg/recorder:Recorder",
    "aws:cfg/recorderStatus:RecorderStatus",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    "aws:guardduty/detector:Detector",
    "aws:inspector2/enabler:Enabler",
    "aws:securityhub/account:Account",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
)
"""What records, looks or tells, and the authority under which services know each other."""

RETENTIONS: Final = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days of a year or more for which CloudWatch Logs can keep logs (CloudWatch Logs API, "PutRetentionPolicy")."""


@rule(LOG_GROUP)
def log_group_is_kept(group: Resource) -> Findings:
    """An intrusion is often found months later; logs that are gone by then can't tell what was taken."""
    # 0, the default, keeps logs for ever.
    if 0 < group.get("retention_in_days", 0) < 365:
        yield "logs are kept for less than a year: set retention_in_days to at least 365"
    # The others keep logs for days only, or take no metric filters (CloudWatch Logs User Guide, "Log classes").
    if group.get("log_group_class", "STANDARD") != "STANDARD":
        yield "the log group's class loses logs, or wakes nobody by them: remove log_group_class"


@stack_rule(LOG_GROUP)
def log_group_keeps_to_the_log_term(group: Resource, stack: Stack) -> Findings:
    """Logs name people and addresses: they stay searchable as long as was agreed, and nobody keeps them for ever."""
    longest = min((days for days in RETENTIONS if days >= stack.log_days), default=RETENTIONS[-1])
    # 0, the default, keeps logs for ever.
    if not stack.log_days <= group.get("retention_in_days", 0) <= longest:
        yield f"logs are kept for another time than the stack's logDays: set retention_in_days to {longest}"


@stack_rule(LOG_GROUP)
def log_group_is_encrypted(group: Resource, stack: Stack) -> Findings:
    """Logs name people, addresses and objects; under our own key each reading is recorded and can be stopped."""
    if not is_under_shared_key(group, "kms_key_id", stack):
        yield "the log group is not encrypted with a key of this stack that is no tenant's: set kms_key_id"


@rule(TRAIL)
def trail_is_complete(trail: Resource) -> Findings:
    """What a trail leaves out, an intruder can do unseen; without validation the record itself can be changed."""
    if not trail.get("is_multi_region_trail", False):
        yield "the trail sees one region only: set is_multi_region_trail=True"
    if not trail.get("include_global_service_events", True):
        yield "the trail leaves out sign-ins and IAM: set include_global_service_events=True"
    if not trail.get("enable_log_file_validation", False):
        yield "the trail's files can be changed unseen: set enable_log_file_validation=True"
    if not trail.get("enable_logging", True):
        yield "the trail is switched off: set enable_logging=True"
    for selector in trail.get("event_selectors", []):
        if selector.get("read_write_type", "All") != "All" or not selector.get("include_management_events", True):
            yield "a selector leaves out management events: set read_write_type to All, include_management_events=True"
        if len(selector.get("exclude_management_event_sources", [])) > 0:
            yield "a selector leaves out management events: remove exclude_management_event_sources"
    # Without advanced selectors a trail records management events by itself, with them only what they name.
    advanced = trail.get("advanced_event_selectors", [])
    if len(advanced) > 0 and not any(_is_of_all_management_events(selector) for selector in advanced):
        yield (
            "the advanced event selectors leave out management events: "
            "add one for eventCategory Management alone, without further fields"
        )


def _is_of_all_management_events(selector: Record) -> bool:
    return _tests(selector) == [("eventCategory", "equals", ["Management"])]


def _tests(selector: Record) -> list[tuple[str, str, list[str]]]:
    """What an advanced event selector demands of an event: fields, each with an operator and its values."""
    return [
        (part.field, operator, list(part.get(operator, [])))
        for part in selector.field_selectors
        for operator in part.names()
        if operator != "field" and len(part.get(operator, [])) > 0
    ]


@stack_rule(TRAIL)
def trail_is_encrypted(trail: Resource, stack: Stack) -> Findings:
    """The trail shows how the account is run; under our own key each reading of it is recorded and can be stopped."""
    if not is_under_shared_key(trail, "kms_key_id", stack):
        yield "the trail is not encrypted with a key of this stack that is no tenant's: set kms_key_id"


@stack_rule(TRAIL)
def trail_can_be_searched(trail: Resource, stack: Stack) -> Findings:
    """Files in a bucket wake nobody: alarms, and whoever follows an intruder's steps, look into a log group."""
    if not trail_log(trail, stack):
        yield "the trail's events reach no log group of this stack: set cloud_watch_logs_group_arn"


def trail_log(trail: Resource, stack: Stack) -> list[Resource]:
    """The log group to which a trail brings its events."""

    def arn() -> str | None:
        text = trail.get("cloud_watch_logs_group_arn", None)
        return None if text is None else str(text).removesuffix(":*")

    return stack.meant(trail, "cloud_watch_logs_group_arn", [LOG_GROUP], "arn", read=arn)


@stack_rule("aws:ec2/vpc:Vpc")
def vpc_traffic_is_logged(vpc: Resource, stack: Stack) -> Findings:
    """Without flow logs an attempt to get in, or data going out, leaves no trace."""
    logs = [each for each in stack.of_type("aws:ec2/flowLog:FlowLog") if stack.refers_to(each, "vpc_id", vpc, "id")]
    if not any(log.get("traffic_type", None) == "ALL" and _is_delivered(log, stack) for log in logs):
        yield (
            "no flow log sees all traffic of the network and keeps it in this stack: add an aws.ec2.FlowLog for it "
            "with traffic_type ALL and a log group, or an encrypted bucket, of this stack as log_destination"
        )


def _is_delivered(log: Resource, stack: Stack) -> bool:
    match log.get("log_destination_type", "cloud-watch-logs"):
        case "cloud-watch-logs":
            return any(stack.refers_to(log, "log_destination", group, "arn") for group in stack.of_type(LOG_GROUP))
        case "s3":
            return any(
                stack.refers_to(log, "log_destination", bucket, "arn") and _is_encrypted(bucket, stack)
                for bucket in stack.of_type(*BUCKETS)
            )
        case _:
            return False


def _is_encrypted(bucket: Resource, stack: Stack) -> bool:
    return any(configuration.rules for configuration in companions(stack, bucket, *ENCRYPTIONS))


@stack_rule(PROVIDER)
def account_has_a_trail(provider: Resource, stack: Stack) -> Findings:
    """Without a trail, or with one whose files go elsewhere, nobody can say who did what in the account."""
    trails = [trail for trail in stack.of_type(TRAIL) if is_in_account_of(provider, trail, stack)]
    if not any(
        stack.refers_to(trail, "s3_bucket_name", bucket, "bucket", "id")
        for trail in trails
        for bucket in stack.of_type(*BUCKETS)
    ):
        yield (
            f"no trail records what is done through {provider.resource_name}: "
            "add an aws.cloudtrail.Trail with a bucket of this stack"
        )


@stack_rule(*BUCKETS)
def tenant_bucket_access_is_recorded(bucket: Resource, stack: Stack) -> Findings:
    """A trail leaves out who read or changed which object, unless its selectors name the bucket."""
    if stack.tenant(bucket) is None:
        not_applicable("the bucket belongs to no tenant")
    if not _is_recorded(_OBJECTS, f"arn:aws:s3:::{bucket.bucket}/", stack):
        yield (
            "access to the tenant's objects is not recorded: add an advanced event selector to the trail with "
            "eventCategory Data, resources.type AWS::S3::Object, and resources.ARN starting with the bucket's ARN"
        )


@stack_rule(TABLE)
def table_access_is_recorded(table: Resource, stack: Stack) -> Findings:
    """A trail leaves out who read or changed which item, unless its selectors name the table; the stream tells all
    changes again to whoever reads it.
    """
    replicas = stack.referring("global_table_arn", table, (REPLICA,), "arn")
    kinds = [_ITEMS, _CHANGES] if replicas or table.get("stream_enabled", False) else [_ITEMS]
    for account in table.allowed_accounts:
        for region in sorted({str(aws_region(each)) for each in (table, *replicas)}):
            for kind in kinds:
                if not _is_recorded(kind, f"arn:aws:dynamodb:{region}:{account}:table/{table.name}", stack):
                    yield (
                        f"access to the table's items in {region} is not recorded: add an advanced event selector to "
                        f"the trail with eventCategory Data, resources.type {kind}, and resources.ARN starting with "
                        "the table's"
                    )


@stack_rule(RESTORE_TESTS)
def access_to_restored_data_is_recorded(plan: Resource, stack: Stack) -> Findings:
    """What AWS Backup makes for a restore test holds customers' data, under a name of its own."""
    if not _is_recorded(_OBJECTS, "arn:aws:s3:::awsbackup-restore-test-", stack):
        yield (
            "access to restored objects is not recorded: name awsbackup-restore-test- in advanced_event_selectors of "
            "the trail"
        )
    for account in plan.allowed_accounts:
        if not _is_recorded(
            _ITEMS, f"arn:aws:dynamodb:{aws_region(plan)}:{account}:table/awsbackup-restore-test-", stack
        ):
            yield (
                "access to restored items is not recorded: name awsbackup-restore-test- in advanced_event_selectors "
                "of the trail"
            )


_OBJECTS = "AWS::S3::Object"
_ITEMS = "AWS::DynamoDB::Table"
_CHANGES = "AWS::DynamoDB::Stream"


def _is_recorded(kind: str, arn: str, stack: Stack) -> bool:
    """Whether a trail records all access to what has this ARN, or an ARN that begins so."""
    selectors = (selector for trail in stack.of_type(TRAIL) for selector in trail.get("advanced_event_selectors", []))
    return any(_records_all_access(selector, kind, arn) for selector in selectors)


def _records_all_access(selector: Record, kind: str, arn: str) -> bool:
    tests = _tests(selector)
    of_kind = [("eventCategory", "equals", ["Data"]), ("resources.type", "equals", [kind])]
    # `equals` would mean a single object (CloudTrail API, "AdvancedFieldSelector").
    return all(test in tests for test in of_kind) and all(
        test in of_kind
        or (test[:2] == ("resources.ARN", "startsWiths") and any(arn.startswith(one) for one in test[2]))
        for test in tests
    )


@rule(*WATCHES)
def what_watches_is_protected(resource: Resource) -> Findings:
    """What records and tells must not be taken away by a mistake in the program: nothing would tell of that either."""
    if not resource.protected:
        yield "the engine may delete the resource: set protect=True"


@rule("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
def load_balancer_is_logged(balancer: Resource) -> Findings:
    """Attempts to get in come through the edge; without its logs they leave no trace."""
    logs = balancer.get("access_logs", None)
    # Giving a bucket is not enough: `enabled` is off unless set.
    if logs is None or not logs.get("enabled", False):
        yield "requests are not logged: set access_logs with enabled=True"


@rule("aws:ec2clientvpn/endpoint:Endpoint")
def client_vpn_is_logged(endpoint: Resource) -> Findings:
    """Who came in over the VPN, and who tried, must be on record."""
    options = endpoint.connection_log_options
    if not options.get("enabled", False):
        yield "connections are not logged: set connection_log_options with enabled=True"
    elif options.get("cloudwatch_log_group", None) is None:
        yield "connections are logged nowhere: set connection_log_options.cloudwatch_log_group"
