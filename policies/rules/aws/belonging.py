"""What a resource hangs on is of its own stack: what isn't declared here is judged by no rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.properties import UndeterminedError, Values
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule

ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUCKET: Final = "aws:s3/bucket:Bucket"
CERTIFICATE: Final = "aws:acm/certificate:Certificate"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
ROLE: Final = "aws:iam/role:Role"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
SUBNET: Final = "aws:ec2/subnet:Subnet"
VALIDATION: Final = "aws:acm/certificateValidation:CertificateValidation"
VPC: Final = "aws:ec2/vpc:Vpc"
VPN: Final = "aws:ec2clientvpn/endpoint:Endpoint"
WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"


@dataclass(frozen=True)
class Reference:
    """A property, or each part of a list, that means a resource of this type by one of these properties of it."""

    name: str
    target: str
    identifiers: tuple[str, ...] = ("id",)
    optional: bool = False


_BY_ARN: Final = ("arn",)
_BY_NAME: Final = ("name",)
_OF_VPC: Final = Reference("vpc_id", VPC)
_GROUPS: Final = Reference("security_group_ids", GROUP)

REFERENCES: Final[Mapping[str, tuple[Reference, ...]]] = {
    "aws:acm/certificateValidation:CertificateValidation": (Reference("certificate_arn", CERTIFICATE, _BY_ARN),),
    "aws:acmpca/certificate:Certificate": (
        Reference("certificate_authority_arn", "aws:acmpca/certificateAuthority:CertificateAuthority", _BY_ARN),
        Reference(
            "certificate_signing_request",
            "aws:acmpca/certificateAuthority:CertificateAuthority",
            ("certificate_signing_request",),
        ),
    ),
    "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": (
        Reference("certificate_authority_arn", "aws:acmpca/certificateAuthority:CertificateAuthority", _BY_ARN),
        Reference("certificate", "aws:acmpca/certificate:Certificate", ("certificate",)),
    ),
    "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration": (
        Reference("resource_arn", LOAD_BALANCER, _BY_ARN),
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": (Reference("s3_bucket_name", BUCKET, ("bucket", "id")),),
    "aws:cfg/recorder:Recorder": (Reference("role_arn", "aws:iam/serviceLinkedRole:ServiceLinkedRole", _BY_ARN),),
    "aws:cfg/recorderStatus:RecorderStatus": (Reference("name", "aws:cfg/recorder:Recorder", _BY_NAME),),
    "aws:cloudtrail/trail:Trail": (
        Reference("cloud_watch_logs_role_arn", ROLE, _BY_ARN),
        Reference("s3_bucket_name", BUCKET, ("bucket", "id")),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (Reference("rule", "aws:cloudwatch/eventRule:EventRule", _BY_NAME),),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (Reference("log_group_name", LOG_GROUP, _BY_NAME),),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": (
        Reference("default_network_acl_id", VPC, ("default_network_acl_id",)),
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (_OF_VPC,),
    "aws:ec2/flowLog:FlowLog": (_OF_VPC, Reference("iam_role_arn", ROLE, _BY_ARN)),
    "aws:ec2/internetGateway:InternetGateway": (_OF_VPC,),
    "aws:ec2/natGateway:NatGateway": (Reference("subnet_id", SUBNET), Reference("allocation_id", "aws:ec2/eip:Eip")),
    "aws:ec2/networkAcl:NetworkAcl": (_OF_VPC, Reference("subnet_ids", SUBNET)),
    "aws:ec2/route:Route": (Reference("route_table_id", ROUTE_TABLE),),
    "aws:ec2/routeTable:RouteTable": (_OF_VPC,),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        Reference("route_table_id", ROUTE_TABLE),
        Reference("subnet_id", SUBNET),
    ),
    "aws:ec2/securityGroup:SecurityGroup": (_OF_VPC,),
    "aws:ec2/subnet:Subnet": (_OF_VPC,),
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": (Reference("subnet_id", SUBNET),),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        _OF_VPC,
        Reference("route_table_ids", ROUTE_TABLE, optional=True),
        Reference("security_group_ids", GROUP, optional=True),
        Reference("subnet_ids", SUBNET, optional=True),
    ),
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule": (Reference("client_vpn_endpoint_id", VPN),),
    "aws:ec2clientvpn/endpoint:Endpoint": (
        _OF_VPC,
        _GROUPS,
        Reference("server_certificate_arn", VALIDATION, ("certificate_arn",)),
    ),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": (
        Reference("client_vpn_endpoint_id", VPN),
        Reference("subnet_id", SUBNET),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (Reference("repository", "aws:ecr/repository:Repository", _BY_NAME),),
    "aws:ecs/service:Service": (
        Reference("cluster", "aws:ecs/cluster:Cluster", ("arn", "id", "name")),
        Reference(
            "task_definition", "aws:ecs/taskDefinition:TaskDefinition", ("arn", "arn_without_revision", "family")
        ),
    ),
    "aws:ecs/taskDefinition:TaskDefinition": (
        Reference("task_role_arn", ROLE, _BY_ARN),
        Reference("execution_role_arn", ROLE, _BY_ARN),
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": (Reference("detector_id", "aws:guardduty/detector:Detector"),),
    "aws:iam/rolePolicy:RolePolicy": (Reference("role", ROLE, ("name", "id")),),
    "aws:lambda/function:Function": (Reference("role", ROLE, _BY_ARN),),
    "aws:lambda/permission:Permission": (Reference("function", "aws:lambda/function:Function", ("name", "arn")),),
    "aws:lb/listener:Listener": (
        Reference("load_balancer_arn", LOAD_BALANCER, _BY_ARN),
        Reference("certificate_arn", VALIDATION, ("certificate_arn",)),
    ),
    "aws:lb/listenerRule:ListenerRule": (Reference("listener_arn", "aws:lb/listener:Listener", _BY_ARN),),
    LOAD_BALANCER: (Reference("security_groups", GROUP), Reference("subnets", SUBNET)),
    "aws:lb/targetGroup:TargetGroup": (_OF_VPC,),
    "aws:networkfirewall/firewall:Firewall": (
        _OF_VPC,
        Reference("firewall_policy_arn", "aws:networkfirewall/firewallPolicy:FirewallPolicy", _BY_ARN),
    ),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": (
        Reference("firewall_arn", "aws:networkfirewall/firewall:Firewall", _BY_ARN),
    ),
    "aws:route53/healthCheck:HealthCheck": (Reference("cloudwatch_alarm_name", ALARM, _BY_NAME),),
    "aws:route53/record:Record": (Reference("health_check_id", "aws:route53/healthCheck:HealthCheck", optional=True),),
    "aws:sns/topicSubscription:TopicSubscription": (Reference("topic", "aws:sns/topic:Topic", _BY_ARN),),
    "aws:wafv2/webAclAssociation:WebAclAssociation": (
        Reference("resource_arn", LOAD_BALANCER, _BY_ARN),
        Reference("web_acl_arn", WEB_ACL, _BY_ARN),
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (Reference("resource_arn", WEB_ACL, _BY_ARN),),
}
"""By type, what a resource hangs on."""


@stack_rule(*REFERENCES)
def resource_hangs_on_this_stack(resource: Resource, stack: Stack) -> Findings:
    """A network, role, log or certificate of somebody else's is judged by nobody here, and may change any day."""
    for reference in REFERENCES[resource.resource_type]:
        yield _is_of_stack(resource, reference, stack)


def _is_of_stack(resource: Resource, reference: Reference, stack: Stack) -> Findings:
    wrong = f"{reference.name} is no {reference.target.split(':')[2]} of this stack and region: name one that is"
    parts = list(_parts(resource, reference.name))
    if not any(parts) and not reference.optional:
        yield wrong
    for part in parts:
        if part and not stack.meant(
            resource, reference.name, [reference.target], *reference.identifiers, read=lambda one=part: _text(one)
        ):
            yield wrong


def _parts(resource: Resource, name: str) -> Iterator[str | UndeterminedError]:
    """The value, or the values of a list one by one; for what isn't known, the error that says so."""
    try:
        value = resource.get(name, None)
    except UndeterminedError as error:
        yield error
        return
    if not isinstance(value, Values):
        yield str(value or "")
        return
    try:
        yield from (str(each) for each in value)
    except UndeterminedError as error:
        yield error


def _text(part: str | UndeterminedError) -> str:
    if isinstance(part, UndeterminedError):
        raise part
    return part
