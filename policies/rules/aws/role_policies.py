"""What roles may do: they name actions and resources, give nobody rights, and reach only the data that they must."""

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from os.path import commonprefix
from typing import Final

from policies.documents import Statement, statements
from policies.effects import effects, in_words, is_classified, is_of_others, of_few
from policies.principals import AwsRole, principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.s3 import BUCKETS
from policies.rules.aws.trust import ROLE, ROLE_POLICY, is_for_people
from policies.tables import jurisdictions

TABLE: Final = "aws:dynamodb/table:Table"

NAMED: Final = {
    "acm-pca": "aws:acmpca/certificateAuthority:CertificateAuthority",
    "kms": "aws:kms/key:Key",
}
"""What a policy means by an id that tells nothing, by the service that stands in its ARN."""

ITEMS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
"""What reads or writes items of a table by their leading key."""

WHOLE_TABLES: Final = (
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
    "dynamodb:Scan",
)
"""What reads or writes items of a table without naming a key, and so past any condition on it."""

LISTS: Final = ("s3:ListBucket", "s3:ListBucketVersions")
"""What tells the names of a bucket's objects."""

OBJECTS: Final = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")

USE_OF_KEYS: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")

SECRETS_AND_MESSAGES: Final = ("secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "sqs:SendMessage")

LEADS_TO_DATA: Final = (
    "ecs:ExecuteCommand",
    "kms:CreateGrant",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "sts:AssumeRole",
    "sts:TagSession",
)
"""What leads to data by a key, a container or a role."""

TENANT_TAG: Final = "${aws:PrincipalTag/tenant}"

_PATTERN: Final = re.compile(r"[a-z0-9-]+:[A-Z][a-z]+[A-Za-z0-9]*\*?")
"""An action, or a pattern that at least says what is done: `kms:Describe*`."""

_READS: Final = re.compile(r"[a-z0-9-]+:(Describe|Get|List)\w*\*?")
_CONTEXT: Final = "kms:EncryptionContext:"
_OF_BUCKETS: Final = f"{_CONTEXT}aws:s3:arn".lower()
_GRANT: Final = ("bool", "kms:grantisforawsresource")
AGENT: Final = "arn:aws:ecr:*:*:repository/aws-guardduty-agent-fargate"
"""The image that GuardDuty puts beside each task."""

_RESTORE_TEST: Final = "awsbackup-restore-test-"
"""How AWS Backup calls what a restore test makes."""
_OF_SERVICES: Final = (_RESTORE_TEST, f"table/{_RESTORE_TEST}", "rule/AwsBackupManagedRule", "secret:ecs-sc!")
"""How the names of what AWS Backup and ECS make and take away themselves begin."""

_PARTS_OF_ARN: Final = 6

_OF_GENERATED_IDS: Final = ("backup", "kms")
"""The services whose things are called by ids; what may be done with them other rules hold by conditions."""


def _allowing(policy: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements of a role's policy that allow, and how messages call them."""
    for number, statement in enumerate(statements(policy.document("policy"))):
        if statement.is_allow:
            yield f"statement {number} of the role's policy", statement


@rule(ROLE)
def role_holds_no_other_policies(role: Resource) -> Findings:
    """Policies that stand in the role itself, or that others manage, are seen by no rule about policies."""
    if len(role.get("managed_policy_arns", [])) > 0:
        yield "managed policies are attached: remove managed_policy_arns, write an aws.iam.RolePolicy"
    if any(each.get("policy", None) is not None for each in role.get("inline_policies", [])):
        yield "policies stand in the role: remove inline_policies, write an aws.iam.RolePolicy"


@rule(ROLE_POLICY)
def role_policy_names_its_actions(policy: Resource) -> Findings:
    """A wildcard for actions also allows what AWS will add, and what no function of the role's ever needs."""
    for place, statement in _allowing(policy):
        if statement.leaves_out:
            yield f"{place} says what is not allowed: name Action and Resource"
        elif any(_PATTERN.fullmatch(action) is None for action in statement.actions()):
            yield f"{place} allows all actions of a kind: name them, at least by what they do (kms:Describe*)"


@rule(ROLE_POLICY)
def role_policy_gives_no_rights(policy: Resource) -> Findings:
    """Who may write policies, or take on a stronger role, may do everything."""
    for place, statement in _allowing(policy):
        if not of_few(statement).isdisjoint(effects().rights):
            yield f"{place} lets the role give rights to itself or others: remove these actions"
        if statement.acts_on("acm-pca:IssueCertificate") and not _issues_to_ends_only(statement):
            yield f"{place} makes authorities: add ArnEquals acm-pca:TemplateArn with the template for end entities"
        if statement.acts_on("iam:PassRole"):
            yield _passes_one_role(place, statement)
        if statement.acts_on("sts:AssumeRole") and not all(_names_one(each) for each in statement.resources()):
            yield f"{place} lets the role take on any other: name the roles in Resource"


def _issues_to_ends_only(statement: Statement) -> bool:
    templates = statement.conditions().get(("arnequals", "acm-pca:templatearn"), [])
    return bool(templates) and all(each.endswith(":template/EndEntityCertificate/V1") for each in templates)


def _passes_one_role(place: str, statement: Statement) -> Findings:
    if not all(_names_one(each) for each in statement.resources()):
        yield f"{place} lets any role be passed on: name the roles in Resource"
    if not statement.conditions().get(("stringequals", "iam:passedtoservice")):
        yield f"{place} lets a role be passed to any service: add StringEquals iam:PassedToService"


@stack_rule(ROLE_POLICY)
def role_policy_leaves_watch_and_guards_alone(policy: Resource, stack: Stack) -> Findings:
    """Who stops the watch isn't seen; who changes a store's policy or a route opens what every other rule closes.

    Nor does a role copy data or run code unless that is its work (effects.toml says what does, principals.toml whose).
    """
    designs = _designs(policy, stack)
    for place, statement in _allowing(policy):
        meant = {action for design in designs for action in (*design.does, *design.mends)}
        if _is_about_what_services_make(statement):
            meant |= {action for design in designs for action in design.does_for_services}
        changed = of_few(statement) - meant - set(effects().rights)
        if changed:
            yield (
                f"{place} stops the watch, opens or copies what is closed, or runs code: remove what covers "
                f"{in_words(changed)}"
            )


def _designs(policy: Resource, stack: Stack) -> list[AwsRole]:
    """What principals.toml says of the roles that the policy is of."""
    roles = stack.meant(policy, "role", [ROLE], "name", "id")
    return [design for role in roles if (design := principals().role(role, stack)) is not None]


def _is_about_what_services_make(statement: Statement) -> bool:
    names = [each.split(":", _PARTS_OF_ARN - 1)[-1] for each in statement.resources()]
    return not statement.leaves_out and bool(names) and all(name.startswith(_OF_SERVICES) for name in names)


@rule(ROLE_POLICY)
def role_policy_does_what_is_known(policy: Resource) -> Findings:
    """What an action does that nobody has looked up may be what every other rule refuses under another name."""
    for place, statement in _allowing(policy):
        unknown = [action for action in statement.actions() if not is_classified(action)]
        if unknown:
            yield (
                f"{place} allows what nobody has said the effect of ({in_words(unknown)}): remove it, name each action "
                "instead of a pattern, or add what is missing to policies/effects.toml"
            )


@stack_rule(ROLE_POLICY)
def role_policy_keeps_people_and_services_apart(policy: Resource, stack: Stack) -> Findings:
    """People who write data, logs or events forge what is found in them; a service that operates decides over others.

    Which actions are whose says effects.toml.
    """
    roles = stack.meant(policy, "role", [ROLE], "name", "id")
    people = any(is_for_people(role) for role in roles)
    for place, statement in _allowing(policy):
        others = [action for action in statement.actions() if is_of_others(action, people=people)]
        if others:
            whose = "what services do to people" if people else "what people do to a service"
            yield f"{place} gives {whose}: remove what covers {in_words(others)}"


@rule(ROLE_POLICY)
def role_policy_names_the_data_it_reaches(policy: Resource) -> Findings:
    """Access to data is for what a function needs to know, not for all that an account will ever hold."""
    for place, statement in _allowing(policy):
        names_all = statement.leaves_out or not all(_names_some(resource) for resource in statement.resources())
        reached = (*OBJECTS, *LISTS, *ITEMS, *WHOLE_TABLES, *SECRETS_AND_MESSAGES, "ecs:ExecuteCommand")
        if names_all and any(statement.acts_on(action) for action in reached):
            yield f"{place} reaches data of whatever name: name the stores in Resource"
        if any(statement.acts_on(action) for action in (*USE_OF_KEYS, "kms:CreateGrant")):
            yield _uses_keys_in_one_way(place, statement)


def _uses_keys_in_one_way(place: str, statement: Statement) -> Findings:
    if all(_names_one(resource) for resource in statement.resources()) and not statement.leaves_out:
        return
    conditions = statement.conditions()
    services = conditions.get(("stringequals", "kms:viaservice"), [])
    if not services and not _is_with_tenants_context(statement):
        yield (
            f"{place} uses any key for anything: name the key, add StringEquals kms:ViaService, or, for what a service "
            f"does itself, Null kms:ViaService true and StringEquals {_CONTEXT}tenant {TENANT_TAG}"
        )
    if any(re.search(r"[*?]", each) for each in services):
        yield f"{place} uses any key by way of any service: name services in kms:ViaService"
    if statement.acts_on("kms:CreateGrant") and statement.conditions().get(_GRANT) != ["true"]:
        yield f"{place} lets the role let others in: add Bool kms:GrantIsForAWSResource true"


@stack_rule(ROLE_POLICY)
def role_policy_stays_in_its_stack(policy: Resource, stack: Stack) -> Findings:
    """What a role may do in another account or region is seen by nobody here, and carries data there.

    An agent of GuardDuty lies in accounts of AWS ("Managing the security agent for Fargate").
    """
    regions = {"", *jurisdictions().regions("aws", stack.jurisdiction)}
    accounts = {"", "aws", *policy.allowed_accounts}
    people = {role.get("name", None) for role in stack.of_type(ROLE) if is_for_people(role)}
    for place, statement in _allowing(policy):
        for resource in statement.resources():
            parts = resource.split(":", _PARTS_OF_ARN - 1)
            changes = not all(_READS.fullmatch(action) for action in statement.actions())
            if changes and policy.get("role", None) not in people and not _names_its_kind(resource):
                yield f"{place} changes things of whatever name: name them in Resource"
            elif resource in ("*", AGENT):
                continue
            elif len(parts) != _PARTS_OF_ARN or parts[3] not in regions:
                yield f"{place} reaches outside the jurisdiction: name resources in its regions"
            elif policy.allowed_accounts and parts[4] not in accounts:
                yield f"{place} reaches into another account: name resources of the stack's own"
            elif parts[2] == "s3" and not _is_of_buckets(parts[-1], stack):
                yield f"{place} reaches a bucket that is not of this stack: name one in Resource"
            elif (
                parts[2] in NAMED
                and _names_one(resource)
                and not _is_of_stack(policy, resource, NAMED[parts[2]], stack)
            ):
                yield f"{place} uses a key or authority that is not of this stack: name one in Resource"
        if policy.allowed_accounts and _may_mean_buckets_of_strangers(statement, policy.allowed_accounts):
            yield f"{place} reaches buckets of strangers whose names fit too: add StringEquals aws:ResourceAccount"
        if policy.get("role", None) not in people and not _is_about_own_objects(statement, stack):
            yield f"{place} uses keys for any bucket: add StringLike {_CONTEXT}aws:s3:arn with this stack's buckets"


def _may_mean_buckets_of_strangers(statement: Statement, accounts: Collection[str]) -> bool:
    """Whether it names buckets by a pattern: in all of AWS anybody may give a bucket a name that fits.

    A bucket that is made is the account's own. No other action of S3 is without the key (IAM User Guide, "AWS global
    condition context keys"); AWS Backup's managed policy AWSBackupServiceRolePolicyForItemRestores tests it as well.
    """
    names = [each.split(":", _PARTS_OF_ARN - 1)[-1].split("/")[0] for each in statement.resources() if ":s3:" in each]
    by_pattern = not all(_names_one(name) and "${" not in name for name in names)
    return by_pattern and set(statement.actions()) != {"s3:CreateBucket"} and not statement.leads_only_to(accounts)


def _names_its_kind(resource: str) -> bool:
    """Whether an ARN says at least how the name begins, if what it means has one that somebody chose."""
    parts = resource.split(":", _PARTS_OF_ARN - 1)
    if len(parts) != _PARTS_OF_ARN:
        return resource != "*"
    # Of a bucket or an object the ARN has no word before the name that says what it is.
    kind = "" if parts[2] == "s3" else "([a-z-]+[/:])?"
    return parts[2] in _OF_GENERATED_IDS or not re.match(rf"{kind}[*?]", parts[-1])


def _is_of_stack(policy: Resource, arn: str, resource_type: str, stack: Stack) -> bool:
    return bool(stack.meant(policy, "policy", [resource_type], "arn", read=lambda: arn))


def _is_about_own_objects(statement: Statement, stack: Stack) -> bool:
    """Whether keys of whatever name are used by way of S3 for buckets of the stack only, or not by way of S3."""
    conditions = statement.conditions()
    services = conditions.get(("stringequals", "kms:viaservice"), [])
    uses = any(statement.acts_on(action) for action in USE_OF_KEYS)
    if not uses or all(_names_one(resource) for resource in statement.resources()):
        return True
    if not any(each.startswith("s3.") for each in services):
        return True
    named = [
        each for operator in ("stringequals", "stringlike") for each in conditions.get((operator, _OF_BUCKETS), [])
    ]
    names = [each.split(":", _PARTS_OF_ARN - 1)[-1] for each in named]
    return bool(names) and all(re.match(r"[^*?]", name) and _is_of_buckets(name, stack) for name in names)


def _is_of_buckets(pattern: str, stack: Stack) -> bool:
    """Whether the end of an ARN, or of a pattern of some, means buckets of the stack, or those of restore tests.

    A bucket's name is unique in all of AWS: a pattern that is wider than what all names of the stack begin with means
    buckets of strangers too. Before the first tenant comes, a pattern for tenants' buckets matches none yet.
    """
    text = re.sub(r"\$\{[^}]*\}", "*", pattern).split("/")[0]
    own = [each.bucket for each in stack.of_type(*BUCKETS)]
    if _names_one(text):
        return text in own
    begin, hyphen, _ = commonprefix(own).rpartition("-")  # noqa: RUF071 - names of buckets are no paths
    literal = re.split(r"[*?]", text, maxsplit=1)[0]
    is_narrow = bool(begin) and literal.startswith(f"{begin}{hyphen}")
    return text == f"{_RESTORE_TEST}*" or (
        is_narrow and (not stack.tenants or any(fnmatchcase(each, text) for each in own))
    )


def _is_with_tenants_context(statement: Statement) -> bool:
    """Whether a key is used for data alone that name the session's tenant, and not by way of a service."""
    conditions = statement.conditions()
    return conditions.get(("stringequals", f"{_CONTEXT}tenant".lower())) == [TENANT_TAG] and conditions.get(
        ("null", "kms:viaservice")
    ) == ["true"]


def _names_one(arn: str) -> bool:
    """Whether an ARN has no wildcard."""
    return not re.search(r"[*?]", arn)


def _names_some(arn: str) -> bool:
    """Whether an ARN, or a pattern of some, says at least how the names of the resources begin."""
    parts = arn.split(":", _PARTS_OF_ARN - 1)
    name = re.sub(r"^(table/|secret:|role/|function:)", "", parts[-1])
    return len(parts) == _PARTS_OF_ARN and re.match(r"[^*?/]", name) is not None


@stack_rule(ROLE_POLICY)
def role_policy_keeps_items_of_tenants_apart(policy: Resource, stack: Stack) -> Findings:
    """In a table that tenants share only a condition on the leading key keeps one from the items of another.

    `ForAllValues` also holds for a request that names no key, hence `Null` next to it (IAM User Guide, "Multivalued
    context keys").
    """
    tables = [f"table/{table.name}" for table in stack.of_type(TABLE) if stack.tenant(table) is None]
    shared = [*tables, *(f"{table}/index/any" for table in tables)]
    for place, statement in _allowing(policy):
        if not any(statement.covers(_named(name, resource)) for name in shared for resource in statement.resources()):
            continue
        if any(statement.acts_on(action) for action in WHOLE_TABLES):
            yield f"{place} reads a shared table as a whole: remove the actions that name no key"
        if any(statement.acts_on(action) for action in ITEMS) and not _is_of_session(statement):
            yield (
                f"{place} reaches the items of all tenants: add ForAllValues:StringEquals dynamodb:LeadingKeys "
                f"{TENANT_TAG} and Null dynamodb:LeadingKeys false"
            )


def _named(name: str, like: str) -> str:
    """The ARN of what has this name, in the region and account of another ARN, or of a pattern of some."""
    return ":".join([*like.split(":", _PARTS_OF_ARN - 1)[: _PARTS_OF_ARN - 1], name])


def _is_of_session(statement: Statement) -> bool:
    conditions = statement.conditions()
    return conditions.get(("forallvalues:stringequals", "dynamodb:leadingkeys")) == [TENANT_TAG] and conditions.get(
        ("null", "dynamodb:leadingkeys")
    ) == ["false"]


@stack_rule(ROLE)
def people_are_refused_customer_data(role: Resource, stack: Stack) -> Findings:
    """People don't look at customers' data, nor become who may (e-mail document, 5.a): a refusal beats any right."""
    if not is_for_people(role):
        not_applicable("no people take the role on")
    denials = [
        statement
        for policy in stack.referring("role", role, (ROLE_POLICY,), "name", "id")
        for statement in statements(policy.document("policy"))
        if not statement.is_allow and not statement.conditions()
    ]
    everywhere = [each for each in denials if "*" in each.resources()]
    if not _refuse(everywhere, (*ITEMS, *WHOLE_TABLES, *SECRETS_AND_MESSAGES, *LEADS_TO_DATA)):
        yield (
            "people could be given items, messages, secrets or the use of keys: add a Deny of each of these on all "
            "resources"
        )
    for bucket in stack.of_type(*BUCKETS):
        objects = f"arn:aws:s3:::{bucket.bucket}/*" if stack.tenant(bucket) is not None else None
        if objects is not None and not _refuse([each for each in denials if each.covers(objects)], OBJECTS):
            yield (
                "people could be given a tenant's objects: add a Deny of reading and writing them in all tenants' "
                "buckets to inline_policy"
            )


def _refuse(denials: Iterable[Statement], actions: Iterable[str]) -> bool:
    parts = list(denials)
    return all(any(each.acts_on(action) for each in parts) for action in actions)
