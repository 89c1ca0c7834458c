"""The policies of ci-us as they are in force in the cloud, asked of it with a client of AWS's own."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from tests.policy_evaluation import ACCOUNT, SERVICE_LINKED, Evaluator, Policies, Policy, PolicySet, Role

REGIONS = ("us-east-1", "us-west-2")


class _Cloud:
    """What the account holds, service by service."""

    def __init__(self, clone: Any) -> None:
        self._client = cache(clone.client)

    def pages(self, service: str, region: str, operation: str, answer: str, **arguments: Any) -> list[Any]:
        pages = self._client(service, region).get_paginator(operation).paginate(**arguments)
        return pages.build_full_result().get(answer, [])

    def roles(self) -> Iterator[tuple[str, Role]]:
        iam = self._client("iam", REGIONS[0])
        for role in self.pages("iam", REGIONS[0], "list_roles", "Roles"):
            name = role["RoleName"]
            if role["Path"].startswith(SERVICE_LINKED):
                continue
            inline = self.pages("iam", REGIONS[0], "list_role_policies", "PolicyNames", RoleName=name)
            attached = self.pages("iam", REGIONS[0], "list_attached_role_policies", "AttachedPolicies", RoleName=name)
            rights = [iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in inline]
            rights += [self._managed(each["PolicyArn"]) for each in attached]
            # The list leaves the boundary out.
            boundary = iam.get_role(RoleName=name)["Role"].get("PermissionsBoundary", {})
            yield name, Role(role["AssumeRolePolicyDocument"], boundary.get("PermissionsBoundaryArn"), rights)

    def managed(self) -> Iterator[tuple[str, Policy]]:
        for each in self.pages("iam", REGIONS[0], "list_policies", "Policies", Scope="Local"):
            yield each["Arn"], self._managed(each["Arn"])

    def _managed(self, arn: str) -> Policy:
        iam = self._client("iam", REGIONS[0])
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    def resources(self) -> Iterator[tuple[str, Policy]]:
        s3 = self._client("s3", REGIONS[0])
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            yield f"arn:aws:s3:::{name}", json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
        for region in REGIONS:
            kms, sqs, sns = (self._client(service, region) for service in ("kms", "sqs", "sns"))
            for key in self.pages("kms", region, "list_keys", "Keys"):
                policy = kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
                yield key["KeyArn"], json.loads(policy)
            for url in self.pages("sqs", region, "list_queues", "QueueUrls"):
                queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])["Attributes"]
                yield queue["QueueArn"], json.loads(queue["Policy"])
            for topic in self.pages("sns", region, "list_topics", "Topics"):
                arn = topic["TopicArn"]
                yield arn, json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])

    def aliases(self) -> Iterator[tuple[str, str]]:
        for region in REGIONS:
            for alias in self.pages("kms", region, "list_aliases", "Aliases"):
                if "TargetKeyId" in alias:
                    yield alias["AliasArn"], f"arn:aws:kms:{region}:{ACCOUNT}:key/{alias['TargetKeyId']}"

    def endpoints(self) -> Iterator[tuple[tuple[str, str], Policy]]:
        for region in REGIONS:
            for endpoint in self.pages("ec2", region, "describe_vpc_endpoints", "VpcEndpoints"):
                # Those of the firewall lead to no service, and have no say.
                if endpoint["VpcEndpointType"] != "GatewayLoadBalancer":
                    service = endpoint["ServiceName"].partition(f"{region}.")[2]
                    yield (region, service), json.loads(endpoint["PolicyDocument"])

    def log_policies(self) -> Iterator[tuple[str, Policy]]:
        for region in REGIONS:
            (policy,) = self.pages("logs", region, "describe_resource_policies", "resourcePolicies")
            yield region, json.loads(policy["policyDocument"])


def _only_once(pairs: Iterator[tuple[Any, Any]]) -> Mapping[Any, Any]:
    """The pairs by their first half, of which none may come twice: the one would hide the other."""
    found = list(pairs)
    assert len(dict(found)) == len(found)
    return dict(found)


@pytest.fixture(scope="session")
def policies(deployed: Any, evaluator: Evaluator) -> Policies:
    """The policies of the deployed stack."""
    cloud = _Cloud(deployed("ci-us"))
    return Policies(
        PolicySet(
            roles=_only_once(cloud.roles()),
            managed=_only_once(cloud.managed()),
            resources=_only_once(cloud.resources()),
            aliases=_only_once(cloud.aliases()),
            endpoints=_only_once(cloud.endpoints()),
            log_policies=_only_once(cloud.log_policies()),
        ),
        evaluator,
    )
