"""The sample stack as the program declares it, once a session, as plain data."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pulumi
import pytest
import yaml

from infra.cloud_integrated import CloudIntegrated
from infra.settings import parse_settings
from infra.tenants import TenantState

ROOT = Path(__file__).parents[3]
ACCOUNT = "123456789012"
REGION = "us-east-1"
ARN_SERVICES = {
    "acmpca": "acm-pca", "lambda": "lambda", "lb": "elasticloadbalancing", "networkfirewall": "network-firewall"
}  # fmt: skip


@dataclass(frozen=True)
class Stack:
    """What the program declared, and what the service's component exposes."""

    resources: Sequence[Mapping[str, Any]]
    outputs: dict[str, Any] = field(default_factory=dict)

    def of_type(self, type_: str) -> dict[str, Any]:
        """The resources of a type by their names."""
        found = [resource for resource in self.resources if resource["type"] == type_]
        assert found, f"no {type_}"
        return {resource["name"]: resource for resource in found}

    def inputs(self, type_: str, name: str) -> dict[str, Any]:
        """The inputs of one resource."""
        return self.of_type(type_)[name]["inputs"]

    def of_tenant(self, tenant: str) -> list[Mapping[str, Any]]:
        """Everything below the tenant's component, the component included."""
        roots = {name: r["urn"] for name, r in self.of_type("hosting:infra:Tenant").items()}
        below = {roots[tenant]}
        for _ in range(3):
            below |= {r["urn"] for r in self.resources if r["parent"] in below}
        return [r for r in self.resources if r["urn"] in below]


Answer = Callable[[str, str, dict[str, Any]], dict[str, Any]]

COMPUTED: dict[str, Answer] = {
    "aws:cloudwatch/logGroup:LogGroup": lambda called, region, _: {
        "arn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{called}"
    },
    "aws:kms/key:Key": lambda called, region, _: {
        "keyId": called, "arn": f"arn:aws:kms:{region}:{ACCOUNT}:key/{called}"
    },
    "aws:sns/topicPolicy:TopicPolicy": lambda _called, _region, inputs: {"arn": inputs["arn"]},
    "aws:sqs/queue:Queue": lambda called, region, _: {"url": f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{called}"},
    "aws:dynamodb/table:Table": lambda called, region, _: {
        "arn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{called}"
    },
    "aws:dynamodb/tableReplica:TableReplica": lambda called, region, _: {
        "arn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{called}"
    },
    "aws:backup/vault:Vault": lambda called, region, _: {
        "arn": f"arn:aws:backup:{region}:{ACCOUNT}:backup-vault:{called}"
    },
    "aws:iam/policy:Policy": lambda called, _region, _: {"arn": f"arn:aws:iam::{ACCOUNT}:policy/{called}"},
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": lambda _called, _region, inputs: {
        "arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{inputs['awsServiceName']}/ServiceRole"
    },
    "aws:iam/role:Role": lambda called, _region, _: {"arn": f"arn:aws:iam::{ACCOUNT}:role/{called}"},
    "aws:acm/certificate:Certificate": lambda _called, _region, inputs: {
        "domainValidationOptions": [
            {
                "domainName": inputs["domainName"],
                "resourceRecordName": f"_proof.{inputs['domainName']}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_answer.acm-validations.aws.",
            }
        ]
    },
    "aws:route53/record:Record": lambda _called, _region, inputs: {"fqdn": inputs["name"]},
    "aws:lb/loadBalancer:LoadBalancer": lambda called, region, _: {
        "dnsName": f"{called}.{region}.elb.amazonaws.com", "zoneId": "Z35SXDOTRQ7X7K", "arnSuffix": f"app/{called}/1"
    },
    "aws:lb/targetGroup:TargetGroup": lambda called, _region, _: {"arnSuffix": f"targetgroup/{called}/1"},
    "aws:ec2/vpc:Vpc": lambda called, _region, _: {"defaultNetworkAclId": f"acl-default-{called}"},
    "aws:ec2/vpcEndpoint:VpcEndpoint": lambda called, _region, _: {"prefixListId": f"pl-{called}"},
    "aws:ecr/repository:Repository": lambda called, region, _: {
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{called}"
    },
    "aws:networkfirewall/firewall:Firewall": lambda _called, region, inputs: {
        "firewallStatuses": [{"syncStates": [_endpoint(mapping, region) for mapping in inputs["subnetMappings"]]}]
    },
    "aws:acmpca/certificateAuthority:CertificateAuthority": lambda _called, _region, _: {
        "certificateSigningRequest": "-----BEGIN CERTIFICATE REQUEST-----"
    },
    "aws:acmpca/certificate:Certificate": lambda _called, _region, _: {"certificate": "-----BEGIN CERTIFICATE-----"},
    "aws:ec2clientvpn/endpoint:Endpoint": lambda _called, region, _: {
        "dnsName": f"*.cvpn-endpoint-1.prod.clientvpn.{region}.amazonaws.com"
    },
}  # fmt: skip


def _endpoint(mapping: Mapping[str, str], region: str) -> dict[str, Any]:
    """The firewall's endpoint in one subnet, which is called after its zone."""
    subnet = mapping["subnetId"].split("/")[-1]
    zone = re.search(rf"{region}[a-z]", subnet)
    assert zone
    return {"availabilityZone": zone[0], "attachments": [{"endpointId": f"vpce-{subnet}"}]}


def answer(type_: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What AWS would compute, as far as the program reads it."""
    module = re.split("[:/]", type_)[1]
    called = inputs.get("name") or inputs.get("bucket") or inputs.get("tags", {}).get("Name")
    region = inputs.get("region", REGION)
    outputs: dict[str, Any] = {"arn": f"arn:aws:{ARN_SERVICES.get(module, module)}:{region}:{ACCOUNT}:{called}"}
    return outputs | COMPUTED.get(type_, lambda _called, _region, _inputs: {})(called, region, inputs)


@pytest.fixture(scope="session")
def sample() -> dict[str, Any]:
    """The settings of the sample stack file."""
    values = yaml.safe_load((ROOT / "Pulumi.ci-us.yaml").read_text())["config"]
    return {key.removeprefix("hosting:"): value for key, value in values.items() if key.startswith("hosting:")}


@pytest.fixture(scope="session")
def declare(declared: Any, sample: dict[str, Any]) -> Callable[..., Stack]:
    """`declare(tenants=[...])`: the sample stack with some settings changed."""

    def with_changes(**changes: Any) -> Stack:
        settings = parse_settings("ci-us", {**sample, **changes})
        outputs: dict[str, Any] = {}

        def program() -> pulumi.Output[None]:
            service = CloudIntegrated(settings)
            return pulumi.Output.all(
                portal_url=service.portal_url, vpn_endpoint=service.vpn_endpoint, tenant_keys=service.tenant_keys
            ).apply(outputs.update)

        resources = [resource for resource in declared(program, answer) if resource["type"] != "pulumi:pulumi:Stack"]
        return Stack(resources, outputs)

    return with_changes


@pytest.fixture(scope="session")
def stack(declare: Callable[..., Stack]) -> Stack:
    """The sample stack as it is."""
    return declare()


@pytest.fixture(scope="session")
def dev_stack(declare: Callable[..., Stack]) -> Stack:
    """A stack of the smallest size, in a jurisdiction that has one region."""
    zones = [f"eu-central-1{letter}" for letter in "abc"]
    place: dict[str, Any] = {"jurisdiction": "eu", "region": "eu-central-1", "zones": zones, "secondRegion": {}}
    return declare(**place, size="dev", tenants=[{"id": "acme"}])


@pytest.fixture(scope="session")
def longest(declare: Callable[..., Stack]) -> Stack:
    """A stack whose names are as long as settings allow, but for the stack's own."""
    return declare(namePrefix="h" * 8, tenants=[{"id": "t" * 19}])


@pytest.fixture(scope="session")
def stack_failed_over(declare: Callable[..., Stack], sample: dict[str, Any]) -> Stack:
    """The sample stack while its second region serves."""
    return declare(secondRegion={**sample["secondRegion"], "serving": True}, tenants=[])


@pytest.fixture(scope="session")
def stack_of_all_states(declare: Callable[..., Stack]) -> Stack:
    """A stack with one tenant in each state, called as its state."""
    return declare(tenants=[{"id": state, "state": state} for state in get_args(TenantState)])


@pytest.fixture(scope="session")
def stack_let_go(declare: Callable[..., Stack]) -> Stack:
    """A stack whose last tenant is deleted."""
    return declare(tenants=[{"id": "acme", "state": "deleted"}])


@pytest.fixture(scope="session")
def statements() -> Callable[[str], dict[str, Any]]:
    """`statements(document)`: the statements of a policy document by name."""

    def read(document: str) -> dict[str, Any]:
        return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}

    return read
