"""Network Firewall."""

from typing import TYPE_CHECKING

from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life

if TYPE_CHECKING:
    from conftest import Laboratory


def policy_of(laboratory: "Laboratory") -> str:
    inputs = {
        "name": laboratory.unique("policy"),
        "firewallPolicy": {
            "statelessDefaultActions": ["aws:forward_to_sfe"],
            "statelessFragmentDefaultActions": ["aws:drop"],
        },
    }
    return laboratory.make("aws:networkfirewall/firewallPolicy:FirewallPolicy", inputs)[0]


def firewall(laboratory: "Laboratory") -> Properties:
    return {
        "name": laboratory.unique("firewall"),
        "firewallPolicyArn": policy_of(laboratory),
        "vpcId": laboratory.vpc,
        "subnetMappings": [{"subnetId": laboratory.subnet(0)}, {"subnetId": laboratory.subnet(1)}],
        "encryptionConfiguration": {"type": "CUSTOMER_KMS", "keyId": laboratory.key["arn"]},
        "tags": laboratory.tags(),
    }


def domains(*names: str) -> Properties:
    listed = {"generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"], "targets": list(names)}
    return {"rulesSource": {"rulesSourceList": listed}, "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"}}


LIVES: dict[str, Life] = {
    "aws:networkfirewall/firewall:Firewall": Life(
        firewall,
        lambda laboratory: {
            "firewallPolicyArn": policy_of(laboratory),
            "subnetMappings": [{"subnetId": laboratory.subnet(0)}],
            "subnetChangeProtection": True,
            "tags": laboratory.tags(),
        },
        {"vpcId": "vpc-0"},
    ),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": Life(
        lambda laboratory: {
            "name": laboratory.unique("policy"),
            "firewallPolicy": {
                "statelessDefaultActions": ["aws:forward_to_sfe"],
                "statelessFragmentDefaultActions": ["aws:drop"],
            },
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "firewallPolicy": {
                "statelessDefaultActions": ["aws:drop"],
                "statelessFragmentDefaultActions": ["aws:drop"],
            }
        },
        {"name": "other"},
    ),
    "aws:networkfirewall/ruleGroup:RuleGroup": Life(
        lambda laboratory: {
            "name": laboratory.unique("domains"),
            "capacity": 100,
            "type": "STATEFUL",
            "ruleGroup": domains(".example.com"),
        },
        lambda laboratory: {"ruleGroup": domains(".example.com", "example.org")},
        {"capacity": 200},
    ),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": Life(
        lambda laboratory: {
            "firewallArn": laboratory.make("aws:networkfirewall/firewall:Firewall", firewall(laboratory))[0],
            "loggingConfiguration": {
                "logDestinationConfigs": [
                    {
                        "logType": "ALERT",
                        "logDestinationType": "CloudWatchLogs",
                        "logDestination": {"logGroup": "/firewall"},
                    }
                ]
            },
        },
        lambda laboratory: {
            "loggingConfiguration": {
                "logDestinationConfigs": [
                    {
                        "logType": "FLOW",
                        "logDestinationType": "CloudWatchLogs",
                        "logDestination": {"logGroup": "/firewall"},
                    }
                ]
            },
        },
        {"firewallArn": "arn:other"},
    ),
}
