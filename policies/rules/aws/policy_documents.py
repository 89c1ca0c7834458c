"""What holds for every policy document in AWS, whatever it is about."""

from collections.abc import Collection
from typing import Final

from policies.documents import statements
from policies.properties import Record, UnusableError, Values
from policies.resources import Resource
from policies.rulebook import Findings, rule

DOCUMENTS: Final = {
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policy_document",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "assume_role_policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
"""The property that holds the document, by type."""

_OF_DOCUMENTS: Final = ("Version", "Id", "Statement")
_OF_STATEMENTS: Final = (
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
)
_OF_PRINCIPALS: Final = ("AWS", "Service", "Federated")
"""The elements that rules read (IAM User Guide, "IAM JSON policy elements reference"), as rules spell them."""

LANGUAGE: Final = "2012-10-17"
_VERSION: Final = "Version"


@rule(*DOCUMENTS)
def policy_is_in_the_new_language(resource: Resource) -> Findings:
    """In the old version of the language `${aws:PrincipalTag/tenant}` means these letters, and no tenant."""
    name = DOCUMENTS[resource.resource_type]
    if resource.get(name, None) is not None and resource.document(name).get(_VERSION, None) != LANGUAGE:
        yield f"the document is in the old version of the language: set Version to {LANGUAGE}"


@rule(*DOCUMENTS)
def policy_has_reviewed_elements_only(resource: Resource) -> Findings:
    """What AWS reads and no rule does, another spelling of an element for one, would allow anything unseen."""
    name = DOCUMENTS[resource.resource_type]
    if resource.get(name, None) is None:
        return
    document = resource.document(name)
    yield from _unreviewed(document, _OF_DOCUMENTS, "the document")
    content = document.Statement
    for number, statement in content.numbered() if isinstance(content, Values) else enumerate([content]):
        yield from _unreviewed(statement, _OF_STATEMENTS, f"statement {number}")
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element, None)
            if principal is not None and principal != "*":
                yield from _unreviewed(principal, _OF_PRINCIPALS, f"{element} of statement {number}")


def _unreviewed(content: object, elements: Collection[str], place: str) -> Findings:
    if not isinstance(content, Record):
        raise UnusableError(f"{place} is no object: correct it")
    for name in content.names():
        if name not in elements:
            yield f"{place} has {name}, and no rule reads it: leave it out, or spell it as one of {', '.join(elements)}"


@rule(*DOCUMENTS)
def policy_demands_what_it_tests(resource: Resource) -> Findings:
    """`IfExists` and `ForAllValues` also hold for a request without the key, and let in whoever leaves it out.

    With `Null` next to it, or for the tags of a request, which another condition demands, a test is sound (IAM User
    Guide, "Multivalued context keys").
    """
    name = DOCUMENTS[resource.resource_type]
    if resource.get(name, None) is None:
        return
    for number, statement in enumerate(statements(resource.document(name))):
        conditions = statement.conditions() if statement.is_allow else {}
        for operator, key in conditions:
            is_loose = operator.endswith("ifexists") or operator.startswith("forallvalues:")
            if is_loose and key != "aws:tagkeys" and conditions.get(("null", key)) != ["false"]:
                yield (
                    f"statement {number} allows requests that leave {key} out: use in Condition an operator that "
                    "demands it"
                )
