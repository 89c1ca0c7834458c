"""The policies of whoever deploys, as docs/real-clouds.md has them made: enough for the program, and not the data."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.cloud_integrated.boundary import WHERE_DATA_LIE
from tests.policy_evaluation import ACCOUNT

DOCS = Path(__file__).parents[3] / "docs"
POLICIES: Mapping[str, Any] = {
    name: json.loads((DOCS / f"cloud-integrated-deployer-{name}.json").read_text()) for name in ("roles", "services")
}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/hostco-ci-us-boundary"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/hostco-ci-us-tokens-task"
WITHIN = {"iam:PermissionsBoundary": BOUNDARY}
BUCKET = "arn:aws:s3:::hostco-ci-us-tenant-acme"

NEEDED: Mapping[str, str] = {
    "accessanalyzer/analyzer": "access-analyzer:CreateAnalyzer access-analyzer:DeleteAnalyzer",
    "acm/certificate": "acm:RequestCertificate acm:DeleteCertificate",
    "acm/certificateValidation": "acm:DescribeCertificate",
    "acmpca/certificate": "acm-pca:IssueCertificate acm-pca:GetCertificate acm-pca:RevokeCertificate",
    "acmpca/certificateAuthority": "acm-pca:CreateCertificateAuthority acm-pca:DeleteCertificateAuthority",
    "acmpca/certificateAuthorityCertificate": "acm-pca:ImportCertificateAuthorityCertificate",
    "appautoscaling/policy": "application-autoscaling:PutScalingPolicy application-autoscaling:DeleteScalingPolicy",
    "appautoscaling/target": "application-autoscaling:RegisterScalableTarget"
    " application-autoscaling:DeregisterScalableTarget",
    "arczonalshift/zonalAutoshiftConfiguration": "arc-zonal-shift:CreatePracticeRunConfiguration"
    " arc-zonal-shift:UpdateZonalAutoshiftConfiguration arc-zonal-shift:DeletePracticeRunConfiguration",
    "backup/plan": "backup:CreateBackupPlan backup:UpdateBackupPlan backup:DeleteBackupPlan",
    "backup/regionSettings": "backup:UpdateRegionSettings backup:DescribeRegionSettings",
    "backup/restoreTestingPlan": "backup:CreateRestoreTestingPlan backup:DeleteRestoreTestingPlan",
    "backup/restoreTestingSelection": "backup:CreateRestoreTestingSelection backup:DeleteRestoreTestingSelection",
    "backup/selection": "backup:CreateBackupSelection backup:DeleteBackupSelection",
    "backup/vault": "backup:CreateBackupVault backup-storage:MountCapsule backup:DeleteBackupVault"
    " backup:DeleteRecoveryPoint",
    "backup/vaultLockConfiguration": "backup:PutBackupVaultLockConfiguration backup:DeleteBackupVaultLockConfiguration",
    "cfg/conformancePack": "config:PutConformancePack config:DeleteConformancePack",
    "cfg/deliveryChannel": "config:PutDeliveryChannel config:DeleteDeliveryChannel",
    "cfg/recorder": "config:PutConfigurationRecorder config:DeleteConfigurationRecorder",
    "cfg/recorderStatus": "config:StartConfigurationRecorder config:StopConfigurationRecorder",
    "cfg/retentionConfiguration": "config:PutRetentionConfiguration config:DeleteRetentionConfiguration",
    "cloudtrail/trail": "cloudtrail:CreateTrail cloudtrail:PutEventSelectors cloudtrail:StartLogging"
    " cloudtrail:DeleteTrail",
    "cloudwatch/eventRule": "events:PutRule events:DeleteRule",
    "cloudwatch/eventTarget": "events:PutTargets events:RemoveTargets",
    "cloudwatch/logGroup": "logs:CreateLogGroup logs:PutRetentionPolicy logs:AssociateKmsKey logs:DeleteLogGroup",
    "cloudwatch/logMetricFilter": "logs:PutMetricFilter logs:DeleteMetricFilter",
    "cloudwatch/logResourcePolicy": "logs:PutResourcePolicy logs:DeleteResourcePolicy",
    "cloudwatch/metricAlarm": "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms",
    "dynamodb/table": "dynamodb:CreateTable dynamodb:UpdateContinuousBackups dynamodb:UpdateTable dynamodb:DeleteTable",
    "dynamodb/tableReplica": "dynamodb:UpdateTable dynamodb:CreateTableReplica dynamodb:DeleteTableReplica",
    "ebs/encryptionByDefault": "ec2:EnableEbsEncryptionByDefault ec2:DisableEbsEncryptionByDefault",
    "ebs/snapshotBlockPublicAccess": "ec2:EnableSnapshotBlockPublicAccess ec2:DisableSnapshotBlockPublicAccess",
    "ec2/defaultNetworkAcl": "ec2:DeleteNetworkAclEntry ec2:ReplaceNetworkAclAssociation",
    "ec2/defaultSecurityGroup": "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress",
    "ec2/eip": "ec2:AllocateAddress ec2:ReleaseAddress",
    "ec2/flowLog": "ec2:CreateFlowLogs ec2:DeleteFlowLogs",
    "ec2/imageBlockPublicAccess": "ec2:EnableImageBlockPublicAccess ec2:DisableImageBlockPublicAccess",
    "ec2/instanceMetadataDefaults": "ec2:ModifyInstanceMetadataDefaults",
    "ec2/internetGateway": "ec2:CreateInternetGateway ec2:AttachInternetGateway ec2:DetachInternetGateway"
    " ec2:DeleteInternetGateway",
    "ec2/natGateway": "ec2:CreateNatGateway ec2:DeleteNatGateway",
    "ec2/networkAcl": "ec2:CreateNetworkAcl ec2:CreateNetworkAclEntry ec2:DeleteNetworkAcl",
    "ec2/route": "ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute",
    "ec2/routeTable": "ec2:CreateRouteTable ec2:DeleteRouteTable",
    "ec2/routeTableAssociation": "ec2:AssociateRouteTable ec2:DisassociateRouteTable",
    "ec2/securityGroup": "ec2:CreateSecurityGroup ec2:DeleteSecurityGroup",
    "ec2/serialConsoleAccess": "ec2:DisableSerialConsoleAccess ec2:GetSerialConsoleAccessStatus",
    "ec2/subnet": "ec2:CreateSubnet ec2:ModifySubnetAttribute ec2:DeleteSubnet",
    "ec2/vpc": "ec2:CreateVpc ec2:ModifyVpcAttribute ec2:CreateTags ec2:DeleteVpc",
    "ec2/vpcBlockPublicAccessExclusion": "ec2:CreateVpcBlockPublicAccessExclusion"
    " ec2:DeleteVpcBlockPublicAccessExclusion",
    "ec2/vpcBlockPublicAccessOptions": "ec2:ModifyVpcBlockPublicAccessOptions",
    "ec2/vpcEndpoint": "ec2:CreateVpcEndpoint ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints",
    "ec2clientvpn/authorizationRule": "ec2:AuthorizeClientVpnIngress ec2:RevokeClientVpnIngress",
    "ec2clientvpn/endpoint": "ec2:CreateClientVpnEndpoint ec2:ModifyClientVpnEndpoint ec2:DeleteClientVpnEndpoint"
    " ec2:ApplySecurityGroupsToClientVpnTargetNetwork",
    "ec2clientvpn/networkAssociation": "ec2:AssociateClientVpnTargetNetwork ec2:DisassociateClientVpnTargetNetwork",
    "ecr/lifecyclePolicy": "ecr:PutLifecyclePolicy ecr:DeleteLifecyclePolicy",
    "ecr/registryScanningConfiguration": "ecr:PutRegistryScanningConfiguration",
    "ecr/replicationConfiguration": "ecr:PutReplicationConfiguration",
    "ecr/repository": "ecr:CreateRepository ecr:PutImageTagMutability ecr:DeleteRepository",
    "ecs/cluster": "ecs:CreateCluster ecs:UpdateClusterSettings ecs:DeleteCluster",
    "ecs/service": "ecs:CreateService ecs:UpdateService ecs:DeleteService",
    "ecs/taskDefinition": "ecs:RegisterTaskDefinition ecs:DeregisterTaskDefinition",
    "guardduty/detector": "guardduty:CreateDetector guardduty:UpdateDetector guardduty:DeleteDetector",
    "guardduty/detectorFeature": "guardduty:UpdateDetector",
    "iam/accountPasswordPolicy": "iam:UpdateAccountPasswordPolicy iam:GetAccountPasswordPolicy",
    "iam/policy": "iam:GetPolicy iam:GetPolicyVersion",
    "iam/role": "iam:CreateRole iam:TagRole iam:UpdateAssumeRolePolicy iam:UpdateRole iam:DeleteRole",
    "iam/rolePolicy": "iam:PutRolePolicy iam:DeleteRolePolicy",
    "iam/serviceLinkedRole": "iam:CreateServiceLinkedRole iam:DeleteServiceLinkedRole",
    "inspector2/enabler": "inspector2:Enable inspector2:Disable",
    "kms/alias": "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias",
    "kms/key": "kms:CreateKey kms:EnableKeyRotation kms:PutKeyPolicy kms:DisableKey kms:ScheduleKeyDeletion",
    "lambda/function": "lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration"
    " lambda:DeleteFunction",
    "lambda/permission": "lambda:AddPermission lambda:RemovePermission",
    "lb/listener": "elasticloadbalancing:CreateListener elasticloadbalancing:DeleteListener",
    "lb/listenerRule": "elasticloadbalancing:CreateRule elasticloadbalancing:DeleteRule",
    "lb/loadBalancer": "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:DeleteLoadBalancer",
    "lb/targetGroup": "elasticloadbalancing:CreateTargetGroup elasticloadbalancing:DeleteTargetGroup",
    "networkfirewall/firewall": "network-firewall:CreateFirewall network-firewall:DeleteFirewall",
    "networkfirewall/firewallPolicy": "network-firewall:CreateFirewallPolicy network-firewall:DeleteFirewallPolicy",
    "networkfirewall/loggingConfiguration": "network-firewall:UpdateLoggingConfiguration logs:CreateLogDelivery"
    " logs:DeleteLogDelivery",
    "networkfirewall/ruleGroup": "network-firewall:CreateRuleGroup network-firewall:DeleteRuleGroup",
    "route53/healthCheck": "route53:CreateHealthCheck route53:DeleteHealthCheck",
    "route53/record": "route53:ChangeResourceRecordSets",
    "s3/accountPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3/bucket": "s3:CreateBucket s3:PutBucketTagging s3:DeleteBucket s3:ListBucketVersions s3:DeleteObjectVersion",
    "s3/bucketLifecycleConfiguration": "s3:PutLifecycleConfiguration s3:GetLifecycleConfiguration",
    "s3/bucketObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3/bucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3/bucketPolicy": "s3:PutBucketPolicy s3:DeleteBucketPolicy",
    "s3/bucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3/bucketReplicationConfig": "s3:PutReplicationConfiguration s3:GetReplicationConfiguration",
    "s3/bucketServerSideEncryptionConfiguration": "s3:PutEncryptionConfiguration s3:GetEncryptionConfiguration",
    "s3/bucketVersioning": "s3:PutBucketVersioning",
    "secretsmanager/secret": "secretsmanager:CreateSecret secretsmanager:UpdateSecret secretsmanager:DeleteSecret",
    "secretsmanager/secretRotation": "secretsmanager:RotateSecret secretsmanager:CancelRotateSecret",
    "securityhub/account": "securityhub:EnableSecurityHub securityhub:DisableSecurityHub",
    "securityhub/standardsSubscription": "securityhub:BatchEnableStandards securityhub:BatchDisableStandards",
    "servicediscovery/httpNamespace": "servicediscovery:CreateHttpNamespace servicediscovery:DeleteNamespace",
    "sns/topic": "sns:CreateTopic sns:SetTopicAttributes sns:DeleteTopic",
    "sns/topicPolicy": "sns:SetTopicAttributes",
    "sns/topicSubscription": "sns:Subscribe sns:Unsubscribe",
    "sqs/queue": "sqs:CreateQueue sqs:SetQueueAttributes sqs:DeleteQueue",
    "sqs/queuePolicy": "sqs:SetQueueAttributes",
    "vpc/securityGroupEgressRule": "ec2:AuthorizeSecurityGroupEgress ec2:ModifySecurityGroupRules"
    " ec2:RevokeSecurityGroupEgress",
    "vpc/securityGroupIngressRule": "ec2:AuthorizeSecurityGroupIngress ec2:ModifySecurityGroupRules"
    " ec2:RevokeSecurityGroupIngress",
    "wafv2/webAcl": "wafv2:CreateWebACL wafv2:UpdateWebACL wafv2:DeleteWebACL",
    "wafv2/webAclAssociation": "wafv2:AssociateWebACL elasticloadbalancing:SetWebAcl wafv2:DisassociateWebACL",
    "wafv2/webAclLoggingConfiguration": "wafv2:PutLoggingConfiguration wafv2:DeleteLoggingConfiguration",
}
"""What it takes to make, change and delete a resource of each type (AWS Service Authorization Reference)."""

WATCH = frozenset(
    {
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "config:DeleteConfigurationRecorder",
        "config:DeleteDeliveryChannel",
        "config:StopConfigurationRecorder",
        "guardduty:DeleteDetector",
        "guardduty:UpdateDetector",
        "inspector2:Disable",
        "securityhub:BatchDisableStandards",
        "securityhub:DisableSecurityHub",
        "sns:DeleteTopic",
        "sns:Unsubscribe",
    }
)
"""What the administrator does, since whoever holds the pipeline could first go blind and mute with it."""

ROTATION = frozenset({"secretsmanager:CancelRotateSecret", "secretsmanager:RotateSecret"})
"""What the administrator does: Secrets Manager demands of whoever makes or changes a rotation that he may call its
function (Secrets Manager API, RotateSecret), and whoever may do that could run it by hand.
"""

NEEDED_OF_IAM = {action for actions in NEEDED.values() for action in actions.split() if action.startswith("iam:")}


LEFT_TO_THE_ACCOUNT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}
"""The policy of a key that leaves to the account's policies who uses it, as none of the stack's does."""


def decide(evaluator: Any, action: str, resource: str, **context: Any) -> str:
    """The decision on a request of the release pipeline, which has both policies and no other."""
    return evaluator.decide(
        {
            "request": {
                "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/pipeline",
                "action": action,
                "resource": {"resource": resource, "accountId": ACCOUNT},
                "contextVariables": {"aws:RequestedRegion": "us-east-1", **context},
            },
            "identityPolicies": [{"name": name, "policy": policy} for name, policy in POLICIES.items()],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
            **({"resourcePolicy": LEFT_TO_THE_ACCOUNT} if action.startswith("kms:") else {}),
        }
    )


def patterns(name: str, effect: str) -> list[str]:
    found: list[str] = []
    for statement in POLICIES[name]["Statement"]:
        if statement["Effect"] == effect:
            found += [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    return found


def refused_everywhere() -> list[str]:
    """The patterns refused on any resource; those with conditions, or of some resources, the evaluator decides."""
    return [
        action
        for statement in POLICIES["roles"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Resource"] == "*" and "Condition" not in statement
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]


def fits(action: str, pattern: str) -> bool:
    beginning, star, end = pattern.partition("*")
    return action == pattern if not star else action.startswith(beginning) and action.endswith(end)


def test_what_each_type_of_the_program_takes_is_known(stack, dev_stack):
    types = {r["type"] for each in (stack, dev_stack) for r in each.resources if r["type"].startswith("aws:")}

    assert {type_.removeprefix("aws:").rpartition(":")[0] for type_ in types} == set(NEEDED)


@pytest.mark.parametrize("type_", NEEDED)
def test_whoever_deploys_may_make_and_delete_each_type_but_what_is_the_administrators(type_):
    allowed = [*patterns("services", "Allow"), *patterns("roles", "Allow")]
    refused = refused_everywhere()

    for action in set(NEEDED[type_].split()) - WATCH - ROTATION:
        assert any(fits(action, pattern) for pattern in allowed), action
        assert not any(fits(action, pattern) for pattern in refused), action


def test_what_is_the_administrators_is_of_the_program():
    assert {action for actions in NEEDED.values() for action in actions.split()} >= WATCH | ROTATION


@pytest.mark.parametrize("action", sorted(ROTATION))
def test_a_rotation_is_the_administrators(evaluator, action):
    secret = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:hostco-ci-us-portal-Ab1"

    assert decide(evaluator, action, secret) == "ImplicitlyDenied"


@pytest.mark.parametrize(
    "action",
    [
        *sorted(WATCH),
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
        "cloudwatch:DisableAlarmActions",
        "cloudwatch:PutAlarmMuteRule",
        "cloudwatch:SetAlarmState",
        "events:DisableRule",
        "guardduty:CreateFilter",
        "guardduty:CreateIPSet",
        "guardduty:CreateTrustedEntitySet",
        "securityhub:BatchUpdateStandardsControlAssociations",
        "securityhub:CreateAutomationRule",
        "securityhub:CreateAutomationRuleV2",
        "sns:SetSubscriptionAttributes",
    ],
)
def test_whoever_deploys_stops_neither_trail_nor_watch_whatever_else_he_is_given(action):
    assert any(fits(action, pattern) for pattern in refused_everywhere())


@pytest.mark.parametrize(
    "action",
    [
        "acm:ExportCertificate",
        "acm:ImportCertificate",
        "ec2:AttachVolume",
        "ec2:CreateVpcEndpointServiceConfiguration",
        "ec2:CreateVpcPeeringConnection",
        "ec2:EnableSerialConsoleAccess",
        "ec2:GetConsoleOutput",
        "ec2:ModifyImageAttribute",
        "ec2:ModifySnapshotAttribute",
        "ecr:CreatePullThroughCacheRule",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogAnomalyDetector",
        "logs:DeleteLogStream",
        "logs:ListAnomalies",
    ],
)
def test_whoever_deploys_has_no_verb_beside_those_of_the_program(action):
    assert not any(fits(action, pattern) for pattern in [*patterns("services", "Allow"), *patterns("roles", "Allow")])


def test_whoever_deploys_has_nothing_in_services_that_the_program_does_not_use():
    used = {action.partition(":")[0] for actions in NEEDED.values() for action in actions.split()}

    assert {pattern.partition(":")[0] for pattern in patterns("services", "Allow")} == used - {"iam"}


@pytest.mark.parametrize("name", POLICIES)
def test_iam_takes_a_policy_as_long_as_this(name):
    """A managed policy has 6,144 characters at most, white space aside (IAM User Guide, "IAM and AWS STS quotas")."""
    assert len("".join(json.dumps(POLICIES[name]).split())) <= 6144


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"])
def test_a_role_is_made_and_changed_only_within_the_boundary(evaluator, action):
    assert decide(evaluator, action, ROLE, **WITHIN) == "Allowed"
    assert decide(evaluator, action, ROLE) == "ImplicitlyDenied"
    other = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/hostco-ci-us-other"}
    assert decide(evaluator, action, ROLE, **other) == "ImplicitlyDenied"
    assert decide(evaluator, action, f"arn:aws:iam::{ACCOUNT}:role/deployer", **WITHIN) == "ImplicitlyDenied"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:DeletePolicy", BOUNDARY),
        ("iam:DeletePolicyVersion", BOUNDARY),
        ("iam:SetDefaultPolicyVersion", BOUNDARY),
        ("iam:CreatePolicy", BOUNDARY),
        ("iam:DeleteRolePermissionsBoundary", ROLE),
        ("iam:AttachRolePolicy", ROLE),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
        ("sts:TagSession", ROLE),
        ("sts:AssumeRole", ROLE),
        ("s3:GetObject", f"{BUCKET}/messages/1"),
        ("s3:PutObject", f"{BUCKET}/messages/1"),
        ("s3:GetObject", "arn:aws:s3:::awsbackup-restore-test-1/messages/1"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/hostco-ci-us-messages"),
        ("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/hostco-ci-us-messages"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:hostco-ci-us-portal-Ab1"),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:hostco-ci-us-messages"),
        ("ecs:ExecuteCommand", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/hostco-ci-us-services/1"),
        ("ecs:RunTask", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/hostco-ci-us-tokens:1"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:hostco-ci-us-rotation"),
        ("logs:FilterLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/hostco/ci-us/portal"),
        ("logs:CreateExportTask", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/hostco/ci-us/portal"),
        ("logs:CreateScheduledQuery", f"arn:aws:logs:us-east-1:{ACCOUNT}:scheduled-query:lines"),
        ("logs:GetLogRecord", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/hostco/ci-us/portal"),
        ("logs:PutSubscriptionFilter", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/hostco/ci-us/portal"),
        ("backup:StartRestoreJob", f"arn:aws:backup:us-east-1:{ACCOUNT}:recovery-point:1"),
    ],
)  # fmt: skip
def test_whoever_deploys_is_refused_whatever_else_he_is_given(evaluator, action, resource):
    assert decide(evaluator, action, resource) == "ExplicitlyDenied"


def test_no_role_is_tagged_as_a_tenant(evaluator):
    assert decide(evaluator, "iam:TagRole", ROLE, **{"aws:RequestTag/Name": "a"}) == "Allowed"
    assert decide(evaluator, "iam:TagRole", ROLE, **{"aws:RequestTag/tenant": "acme"}) == "ExplicitlyDenied"


def test_keys_are_used_through_a_service_only(evaluator):
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"

    assert decide(evaluator, "kms:Decrypt", key) == "ImplicitlyDenied"
    assert decide(evaluator, "kms:Decrypt", key, **{"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}) == "Allowed"


def test_a_role_is_handed_to_services_of_the_program_only(evaluator):
    def handed(service: str) -> str:
        return decide(evaluator, "iam:PassRole", ROLE, **{"iam:PassedToService": service})

    assert handed("ecs-tasks.amazonaws.com") == "Allowed"
    assert handed("ec2.amazonaws.com") == "ImplicitlyDenied"


def test_data_are_put_nowhere_outside_the_jurisdiction(evaluator):
    (statement,) = [s for s in POLICIES["roles"]["Statement"] if s["Sid"] == "NoDataOutsideTheJurisdiction"]

    assert statement["Action"] == list(WHERE_DATA_LIE)
    assert decide(evaluator, "s3:CreateBucket", BUCKET) == "Allowed"
    assert decide(evaluator, "s3:CreateBucket", BUCKET, **{"aws:RequestedRegion": "eu-west-1"}) == "ExplicitlyDenied"
