"""GuardDuty, Inspector, Security Hub and Config: what looks for attacks, flaws and settings that fall short."""

from collections.abc import Mapping
from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.audit import PROVIDER
from policies.rules.aws.keys import is_under_shared_key

DETECTOR: Final = "aws:guardduty/detector:Detector"
FEATURE: Final = "aws:guardduty/detectorFeature:DetectorFeature"
INSPECTOR: Final = "aws:inspector2/enabler:Enabler"
HUB: Final = "aws:securityhub/account:Account"
STANDARD: Final = "aws:securityhub/standardsSubscription:StandardsSubscription"
RECORDER: Final = "aws:cfg/recorder:Recorder"
RECORDER_STATUS: Final = "aws:cfg/recorderStatus:RecorderStatus"
CHANNEL: Final = "aws:cfg/deliveryChannel:DeliveryChannel"
RETENTION: Final = "aws:cfg/retentionConfiguration:RetentionConfiguration"
CONFORMANCE: Final = "aws:cfg/conformancePack:ConformancePack"

IN_EACH_REGION: Final[Mapping[str, str]] = {
    DETECTOR: "looks for attacks",
    INSPECTOR: "looks for known flaws",
    HUB: "collects what is found",
    RECORDER: "records how resources are set up",
    RECORDER_STATUS: "turns the recorder on",
    CHANNEL: "delivers what is recorded",
    RETENTION: "keeps what is recorded",
    CONFORMANCE: "asks whether measures hold when nobody deploys",
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": "keeps the internet out of networks by default",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "looks at images again and again",
    "aws:sns/topic:Topic": "brings alarms to the engineer on call",
}
"""What has to be in each region that the stack uses, and what it is for."""

PROTECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "EBS_MALWARE_PROTECTION": frozenset(),
    "EKS_AUDIT_LOGS": frozenset(),
    "LAMBDA_NETWORK_LOGS": frozenset(),
    "RDS_LOGIN_EVENTS": frozenset(),
    "RUNTIME_MONITORING": frozenset({"EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"}),
    "S3_DATA_EVENTS": frozenset(),
}
"""What GuardDuty has to look at, with the agents that it has to bring there itself."""

SCANNED: Final = frozenset({"EC2", "ECR", "LAMBDA"})

STANDARDS: Final = ("aws-foundational-security-best-practices", "cis-aws-foundations-benchmark")

ASKED: Final = frozenset(
    {
        "CLOUDWATCH_LOG_GROUP_ENCRYPTED",
        "CMK_BACKING_KEY_ROTATION_ENABLED",
        "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
        "DYNAMODB_PITR_ENABLED",
        "DYNAMODB_TABLE_ENCRYPTED_KMS",
        "EC2_EBS_ENCRYPTION_BY_DEFAULT",
        "ECR_PRIVATE_IMAGE_SCANNING_ENABLED",
        "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED",
        "ECS_CONTAINERS_NONPRIVILEGED",
        "ECS_CONTAINERS_READONLY_ACCESS",
        "ELB_DELETION_PROTECTION_ENABLED",
        "ELB_LOGGING_ENABLED",
        "GUARDDUTY_ENABLED_CENTRALIZED",
        "INCOMING_SSH_DISABLED",
        "S3_BUCKET_PUBLIC_READ_PROHIBITED",
        "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
        "S3_BUCKET_SSL_REQUESTS_ONLY",
        "S3_BUCKET_VERSIONING_ENABLED",
        "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
        "SNS_ENCRYPTED_KMS",
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
        "VPC_FLOW_LOGS_ENABLED",
        "WAFV2_LOGGING_ENABLED",
        "ALB_HTTP_DROP_INVALID_HEADER_ENABLED",
    }
)
"""What Config has to ask in each region: the rules of AWS that a measure needs and that all regions have."""

ASKED_ONCE: Final = frozenset(
    {
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED",
        "CLOUD_TRAIL_ENCRYPTION_ENABLED",
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
        "IAM_PASSWORD_POLICY",
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        "IAM_ROOT_ACCESS_KEY_CHECK",
        "IAM_USER_MFA_ENABLED",
        "IAM_USER_NO_POLICIES_CHECK",
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
        "ROOT_ACCOUNT_MFA_ENABLED",
        "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC",
    }
)
"""What Config has to ask in one region at least, about what exists once an account."""

ASKED_ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    "BACKUP_RECOVERY_POINT_ENCRYPTED": frozenset({"ca-west-1"}),
    "ELBV2_ACM_CERTIFICATE_REQUIRED": frozenset({"ap-southeast-4", "ca-west-1"}),
}
"""What Config has to ask in each region but those that lack the rule (AWS Config Developer Guide, "List of AWS Config
Managed Rules by Region Availability")."""

NUMBERS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "CW_LOGGROUP_RETENTION_PERIOD_CHECK": {"MinRetentionTime": (365, 3653)},
    "IAM_PASSWORD_POLICY": {
        "MaxPasswordAge": (1, 90),
        "MinimumPasswordLength": (14, 128),
        "PasswordReusePrevention": (24, 24),
    },
}
"""Between which numbers a rule asks for at least what the documents do. Without a number AWS takes the one that is
least strict here (AWS Config Developer Guide, "List of managed rules")."""

SWITCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "IAM_PASSWORD_POLICY": (
        "RequireLowercaseCharacters",
        "RequireNumbers",
        "RequireSymbols",
        "RequireUppercaseCharacters",
    ),
}
"""What a rule has to ask for; AWS does so too where nothing is said."""

_LONGEST_UNHEARD: Final = "FIFTEEN_MINUTES"


@stack_rule(PROVIDER)
def account_is_watched_everywhere(_provider: Resource, stack: Stack) -> Findings:
    """An intruder works in the region that nobody watches."""
    for resource_type, what in IN_EACH_REGION.items():
        there = {each.get("region", None) or each.provider_property("region") for each in stack.of_type(resource_type)}
        for region in sorted(stack.regions() - there):
            module, name = resource_type.removeprefix("aws:").split("/")[0], resource_type.split(":")[2]
            yield f"in {region} nothing {what}: add an aws.{module}.{name} there"


@rule(DETECTOR)
def guardduty_is_on(detector: Resource) -> Findings:
    """A detector that is off, or tells what it found hours later, lets an attack go on."""
    if not detector.get("enable", True):
        yield "the detector is off: set enable=True"
    if detector.get("finding_publishing_frequency", "SIX_HOURS") != _LONGEST_UNHEARD:
        yield f"what goes on is told hours later: set finding_publishing_frequency to {_LONGEST_UNHEARD}"


@stack_rule(DETECTOR)
def guardduty_looks_at_everything(detector: Resource, stack: Stack) -> Findings:
    """An attack on what the detector isn't told to look at is not found."""
    features = [
        each for each in stack.of_type(FEATURE) if detector in stack.meant(each, "detector_id", [DETECTOR], "id")
    ]
    for name, agents in PROTECTIONS.items():
        if not any(each.name == name and _is_complete(each, agents) for each in features):
            brought = f" with {', '.join(sorted(agents))}" if agents else ""
            yield f"attacks that {name} shows are not found: add an aws.guardduty.DetectorFeature for it{brought}"


def _is_complete(feature: Resource, agents: frozenset[str]) -> bool:
    brought = {each.name for each in feature.get("additional_configurations", []) if each.status == "ENABLED"}
    return feature.status == "ENABLED" and agents <= brought


@rule(FEATURE)
def guardduty_feature_is_on(feature: Resource) -> Findings:
    """What a detector is told not to look at is where nobody is found."""
    if feature.status != "ENABLED":
        yield "the detector is told not to look: set status to ENABLED"
    for number, each in feature.numbered("additional_configurations"):
        if each.status != "ENABLED":
            yield f"additional_configurations[{number}] is off: set status to ENABLED"


@rule(INSPECTOR)
def inspector_scans_everything(inspector: Resource) -> Findings:
    """A known flaw is a way in that everybody can read up on; it is found only where somebody looks."""
    kinds = set(inspector.get("resource_types", []))
    for kind in sorted(SCANNED - kinds):
        yield f"known flaws in {kind} are not found: add it to resource_types"
    if set(inspector.get("account_ids", [])) != set(inspector.allowed_accounts):
        yield "another account is scanned than the stack's: set account_ids to it"


@rule(HUB)
def security_hub_takes_new_controls(hub: Resource) -> Findings:
    """Attacks change: a standard that stays as it was on the day it was chosen asks yesterday's questions."""
    if not hub.get("auto_enable_controls", True):
        yield "new questions of the standards are not asked: set auto_enable_controls=True"


@stack_rule(HUB)
def security_hub_asks_standards(hub: Resource, stack: Stack) -> Findings:
    """Published standards ask what nobody here thought of."""
    asked = [each.standards_arn for each in stack.of_type(STANDARD) if aws_region(each) == aws_region(hub)]
    for standard in STANDARDS:
        if not any(f"/{standard}/" in str(arn) for arn in asked):
            yield f"nobody asks {standard}: add an aws.securityhub.StandardsSubscription for it"


@rule(STANDARD)
def standard_is_one_of_aws(standard: Resource) -> Findings:
    """Whatever isn't the standard of this region is subscribed to in vain."""
    arn = str(standard.standards_arn)
    known = (f"arn:aws:securityhub:{aws_region(standard)}::standards/{name}/v/" for name in STANDARDS)
    if not arn.startswith(tuple(known)):
        yield "the standard is none that is asked here: name one of AWS's in this region"


@rule(RECORDER)
def config_records_everything(recorder: Resource) -> Findings:
    """What isn't recorded can be set up otherwise for a while, and back again, unseen."""
    group = recorder.get("recording_group", None)
    if group is not None:
        if not group.get("all_supported", True) or len(group.get("exclusion_by_resource_types", [])) > 0:
            yield "some types of resources are not recorded: set recording_group.all_supported=True"
        if len(group.get("resource_types", [])) > 0 or len(group.get("recording_strategies", [])) > 0:
            yield "some types of resources are not recorded: leave only all_supported in recording_group"
    mode = recorder.get("recording_mode", None)
    if mode is not None and (
        mode.get("recording_frequency", "CONTINUOUS") != "CONTINUOUS" or mode.get("recording_mode_override", None)
    ):
        yield "what changes back within a day is not recorded: set recording_mode.recording_frequency to CONTINUOUS"


@rule(RECORDER_STATUS)
def config_is_on(status: Resource) -> Findings:
    """A recorder that is off records nothing."""
    if not status.is_enabled:
        yield "the recorder is off: set is_enabled=True"


@stack_rule(CHANNEL)
def config_is_kept_under_own_key(channel: Resource, stack: Stack) -> Findings:
    """How everything is set up is what an intruder reads first: under our own key each reading is recorded."""
    if not is_under_shared_key(channel, "s3_kms_key_arn", stack):
        yield "what is recorded is not under the platform's key: set s3_kms_key_arn"


@rule(RETENTION)
def config_is_kept(retention: Resource) -> Findings:
    """An intrusion is often found months later; how things were set up then must still be known."""
    if not 365 <= retention.retention_period_in_days <= 2557:
        yield (
            "what is recorded is kept for less than a year, or longer than AWS Config can: set "
            "retention_period_in_days to 365 to 2557"
        )


@stack_rule(PROVIDER)
def config_records_the_account(_provider: Resource, stack: Stack) -> Findings:
    """Roles and users exist once an account: a recorder that leaves them out sees who may do what nowhere."""
    groups = [each.get("recording_group", None) for each in stack.of_type(RECORDER)]
    if not any(group is not None and group.get("include_global_resource_types", False) for group in groups):
        yield "roles and users are not recorded: set include_global_resource_types=True in one region's recorder"
    asked = {one for each in stack.of_type(CONFORMANCE) for one in _questions(each)}
    for name in sorted(ASKED_ONCE - asked):
        yield f"nobody asks {name}: add it to one region's aws.cfg.ConformancePack"


@rule(CONFORMANCE)
def config_asks_what_measures_need(pack: Resource) -> Findings:
    """What is changed by hand, past every deployment, is found by who goes on asking."""
    if pack.get("template_s3_uri", None) is not None:
        yield "the questions lie where they can be changed: give them as template_body"
    here = {name for name, regions in ASKED_ELSEWHERE.items() if aws_region(pack) not in regions}
    for name in sorted((ASKED | here) - set(_questions(pack))):
        yield f"nobody asks {name}: add it to template_body"


@rule(CONFORMANCE)
def config_asks_for_what_was_promised(pack: Resource) -> Findings:
    """A question that is put more mildly than the documents promise, or about some resources only, finds nothing."""
    for name, question in _questions(pack).items():
        if question.get("Scope", None) is not None:
            yield f"{name} is asked about some resources only: remove Scope"
        given = question.get("InputParameters", None)
        if given is not None:
            yield _asks_for_enough(name, given)


@rule(CONFORMANCE)
def config_asks_by_rules_of_aws_only(pack: Resource) -> Findings:
    """A function of somebody else's is told of every change; a remediation changes what no deployment has judged."""
    template = pack.document("template_body")
    if beside := set(template.names()) - {"AWSTemplateFormatVersion", "Description", "Resources"}:
        yield f"what template_body asks hangs on {', '.join(sorted(beside))}: remove it"
    resources = template.get("Resources", None)
    for name in resources.names() if isinstance(resources, Record) else ():
        each = resources.get(name, None)
        if each.Type != "AWS::Config::ConfigRule" or set(each.names()) - {"Properties", "Type"}:
            yield f"{name} is more than a question: declare it in template_body by Type and Properties alone"
        else:
            yield _is_of_aws(name, each.Properties.get("Source", None))


def _is_of_aws(name: str, source: Record | None) -> Findings:
    if source is None or source.get("Owner", None) != "AWS" or set(source.names()) - {"Owner", "SourceIdentifier"}:
        yield f"{name} is answered by code that isn't AWS's: set Source to Owner AWS and a SourceIdentifier"


def _asks_for_enough(name: str, given: Record) -> Findings:
    numbers, switches = NUMBERS.get(name, {}), SWITCHES.get(name, ())
    for parameter in given.names():
        value = str(given.get(parameter, "")).lower()
        least, most = numbers.get(parameter, (1, 0))
        if not (value.isdigit() and least <= int(value) <= most) and not (parameter in switches and value == "true"):
            yield f"{parameter} of {name} is not as strict as was promised: remove it, or set it within its bounds"


def _questions(pack: Resource) -> Mapping[str, Record]:
    """The rules of AWS that a conformance pack asks, each with its settings."""
    found: dict[str, Record] = {}
    resources = pack.document("template_body").get("Resources", None)
    if not isinstance(resources, Record):
        return found
    for name in resources.names():
        each = resources.get(name, None)
        source = each.Properties.get("Source", None) if each.Type == "AWS::Config::ConfigRule" else None
        if source is not None and source.get("Owner", None) == "AWS":
            found[str(source.SourceIdentifier)] = each.Properties
    return found
