"""The policies of the sample stack as the program declares them."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from tests.policy_evaluation import ACCOUNT, Evaluator, Policies, PolicySet, Role


def _declared(stack: Any) -> PolicySet:
    def inputs(type_: str) -> list[Mapping[str, Any]]:
        return [resource["inputs"] for resource in stack.of_type(type_).values()]

    rights = defaultdict(list)
    for each in inputs("aws:iam/rolePolicy:RolePolicy"):
        rights[each["role"]].append(json.loads(each["policy"]))
    keys = {
        f"arn:aws:kms:{each['region']}:{ACCOUNT}:key/{each['tags']['Name']}": each["policy"]
        for each in inputs("aws:kms/key:Key")
    }
    buckets = {f"arn:aws:s3:::{each['bucket']}": each["policy"] for each in inputs("aws:s3/bucketPolicy:BucketPolicy")}
    queues = {
        f"arn:aws:sqs:{each['region']}:{ACCOUNT}:{each['queueUrl'].rpartition('/')[2]}": each["policy"]
        for each in inputs("aws:sqs/queuePolicy:QueuePolicy")
    }
    topics = {each["arn"]: each["policy"] for each in inputs("aws:sns/topicPolicy:TopicPolicy")}
    return PolicySet(
        roles={
            each["name"]: Role(json.loads(each["assumeRolePolicy"]), each["permissionsBoundary"], rights[each["name"]])
            for each in inputs("aws:iam/role:Role")
        },
        managed={
            f"arn:aws:iam::{ACCOUNT}:policy/{each['name']}": json.loads(each["policy"])
            for each in inputs("aws:iam/policy:Policy")
        },
        resources={arn: json.loads(policy) for arn, policy in {**keys, **buckets, **queues, **topics}.items()},
        aliases={
            f"arn:aws:kms:{each['region']}:{ACCOUNT}:{each['name']}": (
                f"arn:aws:kms:{each['region']}:{ACCOUNT}:key/{each['targetKeyId']}"
            )
            for each in inputs("aws:kms/alias:Alias")
        },
        endpoints={
            (each["region"], each["serviceName"].partition(f"{each['region']}.")[2]): json.loads(each["policy"])
            for each in inputs("aws:ec2/vpcEndpoint:VpcEndpoint")
        },
        log_policies={
            each["region"]: json.loads(each["policyDocument"])
            for each in inputs("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
        },
    )


@pytest.fixture(scope="session")
def policies(stack: Any, evaluator: Evaluator) -> Policies:
    """The policies of the sample stack."""
    return Policies(_declared(stack), evaluator)
