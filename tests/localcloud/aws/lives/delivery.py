"""WAF, private certificates, health checks, rules of listeners, scaling."""

from typing import TYPE_CHECKING

from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def zone(laboratory: "Laboratory") -> str:
    return laboratory.unique("host") + ".example.com"


AUTHORITY: Properties = {
    "type": "ROOT",
    "usageMode": "SHORT_LIVED_CERTIFICATE",
    "certificateAuthorityConfiguration": {
        "keyAlgorithm": "RSA_2048",
        "signingAlgorithm": "SHA256WITHRSA",
        "subject": {"commonName": "services"},
    },
}


def authority(laboratory: "Laboratory") -> Properties:
    identity, outputs = laboratory.make("aws:acmpca/certificateAuthority:CertificateAuthority", AUTHORITY)
    return outputs | {"id": identity}


def certificate(owner: Properties) -> Properties:
    return {
        "certificateAuthorityArn": owner["id"],
        "certificateSigningRequest": owner["certificateSigningRequest"],
        "signingAlgorithm": "SHA256WITHRSA",
        "templateArn": "arn:aws:acm-pca:::template/RootCACertificate/V1",
        "validity": {"type": "YEARS", "value": "10"},
    }


def installed(laboratory: "Laboratory") -> Properties:
    owner = authority(laboratory)
    issued = laboratory.make("aws:acmpca/certificate:Certificate", certificate(owner))[1]
    return {"certificateAuthorityArn": owner["id"], "certificate": issued["certificate"]}


def active(laboratory: "Laboratory") -> str:
    kind = "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate"
    return laboratory.make(kind, installed(laboratory))[0]


def acl(laboratory: "Laboratory") -> Properties:
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "all", "sampledRequestsEnabled": False}
    below_mail = {
        "byteMatchStatement": {
            "fieldToMatch": {"uriPath": {}},
            "positionalConstraint": "STARTS_WITH",
            "searchString": "/mail/",
            "textTransformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    elsewhere = {"notStatement": {"statement": below_mail}}
    return {
        "name": laboratory.unique("acl"),
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "visibilityConfig": visible,
        "rules": [
            {
                "name": "common",
                "priority": 1,
                "overrideAction": {"none": {}},
                "statement": {
                    "managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
                },
                "visibilityConfig": visible | {"metricName": "common"},
            },
            {
                "name": "rate",
                "priority": 2,
                "action": {"block": {}},
                "statement": {
                    "rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP", "scopeDownStatement": elsewhere}
                },
                "visibilityConfig": visible | {"metricName": "rate"},
            },
        ],
    }


def acl_arn(laboratory: "Laboratory") -> str:
    return laboratory.make("aws:wafv2/webAcl:WebAcl", acl(laboratory))[1]["arn"]


def scaled(laboratory: "Laboratory") -> Properties:
    name = laboratory.unique("scaled")
    inputs = {"name": name, "cluster": laboratory.cluster, "taskDefinition": laboratory.task()}
    laboratory.make("aws:ecs/service:Service", inputs)
    return {
        "serviceNamespace": "ecs",
        "resourceId": f"service/shared/{name}",
        "scalableDimension": "ecs:service:DesiredCount",
    }


def tracking(laboratory: "Laboratory") -> Properties:
    target = scaled(laboratory)
    laboratory.make("aws:appautoscaling/target:Target", {**target, "minCapacity": 1, "maxCapacity": 3})
    return target


def load(value: int) -> Properties:
    metric = {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}
    return {"targetValue": value, "predefinedMetricSpecification": metric}


LIVES: dict[str, Life] = {
    "aws:wafv2/webAcl:WebAcl": Life(
        lambda laboratory: {**acl(laboratory), "tags": laboratory.tags()},
        lambda laboratory: {
            "rules": acl(laboratory)["rules"][:1],
            "defaultAction": {"block": {}},
            "tags": laboratory.tags(),
        },
        {"name": "other"},
    ),
    "aws:wafv2/ipSet:IpSet": Life(
        lambda laboratory: {
            "name": laboratory.unique("set"),
            "scope": "REGIONAL",
            "ipAddressVersion": "IPV4",
            "addresses": ["192.0.2.0/24"],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"addresses": ["198.51.100.0/24"]},
        {"ipAddressVersion": "IPV6"},
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Life(
        lambda laboratory: {"webAclArn": acl_arn(laboratory), "resourceArn": laboratory.balancer},
        replacement={"resourceArn": "arn:other"},
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Life(
        lambda laboratory: {
            "resourceArn": acl_arn(laboratory),
            "logDestinationConfigs": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-edge"],
            "redactedFields": [{"singleHeader": {"name": "authorization"}}],
        },
        lambda laboratory: {"redactedFields": [{"singleHeader": {"name": "cookie"}}]},
        {"resourceArn": "arn:other"},
    ),
    "aws:acmpca/certificateAuthority:CertificateAuthority": Life(
        lambda laboratory: {**AUTHORITY, "tags": laboratory.tags()},
        lambda laboratory: {"tags": {"Name": "other", "stack": "test"}},
        {"type": "SUBORDINATE"},
    ),
    "aws:acmpca/certificate:Certificate": Life(
        lambda laboratory: certificate(authority(laboratory)),
        replacement={"signingAlgorithm": "SHA512WITHRSA"},
    ),
    "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": Life(
        installed, replacement={"certificate": "other"}, outlives_deletion=True
    ),
    "aws:acmpca/policy:Policy": Life(
        lambda laboratory: {"resourceArn": active(laboratory), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"resourceArn": "arn:other"},
    ),
    "aws:acmpca/permission:Permission": Life(
        lambda laboratory: {
            "certificateAuthorityArn": authority(laboratory)["id"],
            "principal": "acm.amazonaws.com",
            "actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
        },
        replacement={"principal": "other.amazonaws.com"},
    ),
    "aws:route53/healthCheck:HealthCheck": Life(
        lambda laboratory: {
            "type": "HTTPS",
            "fqdn": zone(laboratory),
            "port": 443,
            "resourcePath": "/health",
            "failureThreshold": 3,
            "requestInterval": 30,
            "enableSni": True,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"failureThreshold": 5, "resourcePath": "/ready", "tags": laboratory.tags()},
        {"type": "HTTP"},
    ),
    "aws:servicediscovery/httpNamespace:HttpNamespace": Life(
        lambda laboratory: {"name": laboratory.unique("names"), "description": "For tests", "tags": laboratory.tags()},
        lambda laboratory: {"description": "Other", "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": Life(
        lambda laboratory: {
            "name": laboratory.unique("queries"),
            "destinationArn": laboratory.log_group["arn"],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": Life(
        lambda laboratory: {
            "resolverQueryLogConfigId": laboratory.make(
                "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
                {"name": laboratory.unique("queries"), "destinationArn": laboratory.log_group["arn"]},
            )[0],
            "resourceId": laboratory.vpc,
        },
        replacement={"resourceId": "vpc-0"},
    ),
    "aws:lb/listenerRule:ListenerRule": Life(
        lambda laboratory: {
            "listenerArn": laboratory.listener,
            "priority": 10,
            "conditions": [
                {"pathPattern": {"values": ["/api/*"]}},
                {"hostHeader": {"values": ["portal.example.com"]}},
            ],
            "actions": [{"type": "forward", "targetGroupArn": laboratory.target_group}],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"priority": 20, "conditions": [{"pathPattern": {"values": ["/other/*"]}}]},
        {"listenerArn": "arn:other"},
    ),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": Life(
        lambda laboratory: {
            "clusterName": laboratory.make("aws:ecs/cluster:Cluster", {"name": laboratory.unique("cluster")})[1][
                "name"
            ],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}],
        },
        lambda laboratory: {"capacityProviders": ["FARGATE"]},
        {"clusterName": "other"},
        outlives_deletion=True,
    ),
    "aws:appautoscaling/target:Target": Life(
        lambda laboratory: {
            **scaled(laboratory),
            "minCapacity": 2,
            "maxCapacity": 6,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"maxCapacity": 9},
        {"resourceId": "service/shared/other"},
    ),
    "aws:appautoscaling/policy:Policy": Life(
        lambda laboratory: {
            **tracking(laboratory),
            "name": laboratory.unique("policy"),
            "policyType": "TargetTrackingScaling",
            "targetTrackingScalingPolicyConfiguration": load(50),
        },
        lambda laboratory: {"targetTrackingScalingPolicyConfiguration": load(70)},
        {"name": "other"},
    ),
}
