"""The permission boundary: what no role can get past."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from policies.documents import Statement, statements
from policies.effects import effects, in_words, of_few
from policies.iam.keys import USE
from policies.principals import AwsRole, principals
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, stack_rule
from policies.rules.aws.role_policies import ITEMS, WHOLE_TABLES
from policies.rules.aws.trust import ROLE, admissions
from policies.tables import jurisdictions

POLICY: Final = "aws:iam/policy:Policy"

WHERE_DATA_LIE: Final = (
    "backup:StartBackupJob",
    "backup:StartCopyJob",
    "dynamodb:CreateTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateTable",
    "ec2:CopySnapshot",
    "ec2:CreateVolume",
    "ec2:RunInstances",
    "ecr:PutImage",
    "ecs:RunTask",
    "kms:CreateKey",
    "kms:ReplicateKey",
    "logs:CreateLogGroup",
    "logs:PutLogEvents",
    "s3:CreateBucket",
    "s3:PutObject",
    "s3:PutReplicationConfiguration",
    "secretsmanager:CreateSecret",
    "secretsmanager:ReplicateSecretToRegions",
    "sqs:CreateQueue",
    "sqs:SendMessage",
)
"""What puts data somewhere."""

TENANT_TAGS: Final = (
    "iam:TagRole",
    "iam:UntagRole",
    "kms:TagResource",
    "kms:UntagResource",
    "s3:DeleteBucketTagging",
    "s3:PutBucketTagging",
    "s3:TagResource",
    "s3:UntagResource",
)
"""What changes the tags by which policies tell tenants apart."""

FOR_NOBODY: Final = (
    "ecs:ExecuteCommand",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:ImportKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:UpdatePrimaryRegion",
)
"""What changes a key or who may use it, and gets somebody into a running task."""

FOR_SOME: Final[Mapping[tuple[str, ...], Callable[[AwsRole], bool]]] = {
    ("kms:CreateGrant",): lambda role: "vault" in role.use,
    ("kms:CancelKeyDeletion", "kms:EnableKey"): lambda role: bool(role.mends),
    ("iam:PassRole",): lambda role: bool(role.passes),
    (*ITEMS, *WHOLE_TABLES): lambda role: role.session or "vault" in role.use,
}
"""What opens tenants' data beside their sessions, each with the roles of principals.toml that need it."""

_OTHERS: Final = ("arnnotequals", "aws:principalarn")
_VIA: Final = ("stringequals", "kms:viaservice")
_ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[^*?]*/)?([^/*?]+)")


@stack_rule(ROLE)
def role_has_permission_boundary(role: Resource, stack: Stack) -> Findings:
    """Without a boundary one wrong policy gives a role everything, and whoever writes its policies writes their own."""
    policies = stack.of_type(POLICY)
    if not any(stack.refers_to(role, "permissions_boundary", policy, "arn", "id") for policy in policies):
        yield "nothing bounds what the role can be given: set permissions_boundary to a policy of this stack"


@stack_rule(POLICY)
def permission_boundary_holds(policy: Resource, stack: Stack) -> Findings:
    """The boundary is what no role can get past, whatever else goes wrong: rights, regions and tenants' tags."""
    if not stack.referring("permissions_boundary", policy, (ROLE,), "arn", "id"):
        yield "the managed policy bounds no role, and could be attached to any: write an aws.iam.RolePolicy instead"
        return
    parts = statements(policy.document("policy"))
    yield _gives_no_rights(parts)
    denials = [each for each in parts if not each.is_allow and "*" in each.resources()]
    yield _keeps_data_in(denials, jurisdictions().regions("aws", stack.jurisdiction))
    yield _keeps_session_tags(denials, stack)
    always = [each for each in denials if not each.conditions()]
    if not all(any(each.acts_on(action) for each in always) for action in TENANT_TAGS):
        yield f"the boundary lets tenants' tags be changed: deny {', '.join(TENANT_TAGS)} on all resources"


def _gives_no_rights(parts: Collection[Statement]) -> Findings:
    if any(each.is_allow and not of_few(each).isdisjoint(effects().rights) for each in parts):
        yield "the boundary lets a role give rights to itself or others: name in policy actions of IAM that only read"


def _keeps_data_in(denials: Collection[Statement], regions: Collection[str]) -> Findings:
    within = [each for each in denials if _is_outside(each, regions)]
    if not all(any(each.acts_on(action) for each in within) for action in WHERE_DATA_LIE):
        yield (
            "the boundary lets data be put outside the jurisdiction: deny what makes and fills stores where "
            "StringNotEquals aws:RequestedRegion holds for its regions"
        )


def _is_outside(denial: Statement, regions: Collection[str]) -> bool:
    conditions = denial.conditions()
    named = conditions.get(("stringnotequals", "aws:requestedregion"), [])
    return len(conditions) == 1 and bool(named) and set(named) <= set(regions)


def _keeps_session_tags(denials: Collection[Statement], stack: Stack) -> Findings:
    taggers = {
        principal
        for role in stack.of_type(ROLE)
        for _, statement in admissions(role)
        if statement.acts_on("sts:TagSession")
        for principal in statement.principals("AWS")
    }
    for denial in denials:
        conditions = denial.conditions()
        named = conditions.get(("arnnotequals", "aws:principalarn"), [])
        if denial.acts_on("sts:TagSession") and (
            not conditions or (len(conditions) == 1 and named and set(named) <= taggers)
        ):
            return
    yield "the boundary lets others tag a session than whom a role trusts with it: deny sts:TagSession to all others"


@stack_rule(POLICY)
def permission_boundary_keeps_keys_and_items(policy: Resource, stack: Stack) -> Findings:
    """What opens tenants' data beside their sessions is refused even to a role whose own policies come to allow it.

    Each refusal spares the roles alone that principals.toml says need it.
    """
    if not stack.referring("permissions_boundary", policy, (ROLE,), "arn", "id"):
        not_applicable("the managed policy bounds no role")
    denials = [each for each in statements(policy.document("policy")) if not each.is_allow and "*" in each.resources()]
    for action in FOR_NOBODY:
        if not any(each.acts_on(action) and not each.conditions() for each in denials):
            yield f"the boundary allows what no role does ({action}): deny it on all resources, without condition"
    for actions, may in FOR_SOME.items():
        needing = _needing(may, stack)
        for action in actions:
            if not any(each.acts_on(action) and _spares(each, needing, policy) for each in denials):
                yield f"the boundary allows {action} to more roles than need it: deny it to all others by ArnNotEquals"
    copying = _needing(lambda role: "vault" in role.use, stack)
    for action in USE:
        if not any(each.acts_on(action) and _is_by_backup(each, copying, policy, stack) for each in denials):
            yield (
                f"the boundary lets more roles than copy data use a key by way of AWS Backup ({action}): deny it to "
                "all others where kms:ViaService is that of AWS Backup in each region"
            )


@stack_rule(POLICY)
def permission_boundary_leaves_watch_and_guards_alone(policy: Resource, stack: Stack) -> Findings:
    """The day a role's own policy comes to allow what stops the watch or opens a store, only the boundary refuses it.

    So nobody has by it what effects.toml leaves to few, but for the roles whose work takes it (principals.toml).
    """
    if not stack.referring("permissions_boundary", policy, (ROLE,), "arn", "id"):
        not_applicable("the managed policy bounds no role")
    parts = [(each, of_few(each)) for each in statements(policy.document("policy"))]
    left: list[str] = []
    for action in effects().of_few:
        about = [each for each, covered in parts if action in covered]
        allowing = [each for each in about if each.is_allow]
        needing = _needing(lambda role, action=action: action in role.of_few, stack) if allowing else set[str]()
        refused = any(
            not each.is_allow and "*" in each.resources() and _spares(each, needing, policy) for each in about
        )
        if not refused and not all(_is_for(each, needing, policy) for each in allowing):
            left.append(action)
    if left:
        yield (
            f"the boundary allows more roles than need it what opens, stops or copies ({in_words(left)}): don't allow "
            "it, or deny it to all others by ArnNotEquals aws:PrincipalArn"
        )


def _is_for(allowance: Statement, roles: Collection[str], policy: Resource) -> bool:
    """Whether what a statement allows it allows to nobody but some of these roles."""
    named = allowance.conditions().get(("arnequals", "aws:principalarn"), [])
    return bool(named) and _are_of(named, roles, policy)


def _needing(may: Callable[[AwsRole], bool], stack: Stack) -> set[str]:
    """The names of the roles of which the design says that they need it."""
    declared = ((role, principals().role(role, stack)) for role in stack.of_type(ROLE))
    return {role.name for role, design in declared if design is not None and may(design)}


def _spares(denial: Statement, roles: Collection[str], policy: Resource, *, beside: Collection[object] = ()) -> bool:
    """Whether a refusal spares nobody but some of these roles; `beside` are other conditions that it may have."""
    conditions = denial.conditions()
    if not conditions.keys() <= {_OTHERS, *beside}:
        return False
    spared = conditions.get(_OTHERS, [])
    return _are_of(spared, roles, policy) and (_OTHERS not in conditions or bool(spared))


def _are_of(arns: Collection[str], roles: Collection[str], policy: Resource) -> bool:
    """Whether ARNs are those of some of these roles, in the stack's account."""
    accounts = policy.allowed_accounts
    found = [_ROLE_ARN.fullmatch(arn) for arn in arns]
    return all(match is not None and match[2] in roles and (not accounts or match[1] in accounts) for match in found)


def _is_by_backup(denial: Statement, roles: Collection[str], policy: Resource, stack: Stack) -> bool:
    through = denial.conditions().get(_VIA)
    regions = {aws_region(vault) for vault in stack.of_type("aws:backup/vault:Vault")}
    return _spares(denial, roles, policy, beside=[_VIA]) and (
        through is None or {f"backup.{region}.amazonaws.com" for region in regions} <= set(through)
    )
