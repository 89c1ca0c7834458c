"""Roles in AWS IAM: who may take them on, how, and for how long."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from policies.documents import Statement, statements
from policies.principals import AwsRole, principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"

HOUR: Final = 3600
"""Seconds that a session lasts at most; IAM takes an hour when nothing is said."""

WORKING_DAY: Final = 8 * HOUR
"""Seconds that people's sessions last at most, after which they show the second factor again."""

SERVICES_WITHOUT_SOURCE: Final = frozenset(
    {"backup.amazonaws.com", "cloudtrail.amazonaws.com", "lambda.amazonaws.com", "s3.amazonaws.com"}
)
"""Services that take on a role without saying for which resource, so that a condition on it would lock them out. Who
has one of them use a role needs `iam:PassRole` on it, which nobody outside the account can have."""

_ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[^*?]*/)?([^/*?]+)")
_USER_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:user/[^*?]+")
_SAML_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):saml-provider/[^*?]+")
_SIGN_IN: Final = re.compile(r"https://([a-z0-9-]+\.)?signin\.aws\.amazon\.com/saml")


def admissions(role: Resource) -> Iterator[tuple[int, Statement]]:
    """The statements of the role's trust policy that let somebody in, with their places."""
    for number, statement in enumerate(statements(role.document("assume_role_policy"))):
        if statement.is_allow:
            yield number, statement


def is_for_people(role: Resource) -> bool:
    """Whether people take the role on: whom an identity provider has signed in, or a user of some account."""
    return any(
        list(statement.principals("Federated"))
        or any(_USER_ARN.fullmatch(each) for each in statement.principals("AWS"))
        for _, statement in admissions(role)
    )


@rule(ROLE)
def role_session_is_short(role: Resource) -> Findings:
    """A session that was stolen is of use until it ends; who works longer shows the second factor again."""
    limit = WORKING_DAY if any(list(each.principals("Federated")) for _, each in admissions(role)) else HOUR
    if not 0 < role.get("max_session_duration", HOUR) <= limit:
        yield f"a session may last too long: set max_session_duration to at most {limit}"


@stack_rule(ROLE)
def role_is_taken_on_by_declared_principals_only(role: Resource, stack: Stack) -> Findings:
    """Whom a trust policy names has all that the role has: a service elsewhere, another account, a shared user.

    Who is meant to take a role on, and no other, says principals.toml.
    """
    declared = principals().role(role, stack)
    if declared is None:
        yield (
            "the design knows no such role in this room: add it to policies/principals.toml, with who takes it on "
            '(README, "How to add")'
        )
        return
    if any(each.resource_name == role.resource_name and each.urn != role.urn for each in stack.of_type(ROLE)):
        yield (
            "two roles have this name, and policies/principals.toml knows one: give the other a name and a table there"
        )
    for number, statement in admissions(role):
        place = f"statement {number} of the trust policy"
        yield _admits(place, statement, role, stack)
        if not statement.everyone and not _is_meant(statement, role, declared, stack):
            yield f"{place} lets in others than {declared.taken_on_by}: name nobody else (policies/principals.toml)"
        yield _lets_in_whom_was_agreed(place, statement, stack)


def _is_meant(statement: Statement, role: Resource, declared: AwsRole, stack: Stack) -> bool:
    """Whether all whom a statement lets in are those that the design says take the role on."""
    taggers = {each.name for each in stack.of_type(ROLE) if _tags(each, role, stack)}
    return (
        all(service == declared.service for service in statement.principals("Service"))
        and all(declared.people == "signed-in" for _ in statement.principals("Federated"))
        and all(
            declared.people == "emergency"
            if _USER_ARN.fullmatch(principal) is not None
            else (match := _ROLE_ARN.fullmatch(principal)) is not None and match[2] in taggers
            for principal in statement.principals("AWS")
        )
    )


def _lets_in_whom_was_agreed(place: str, statement: Statement, stack: Stack) -> Findings:
    """That of all providers and users only those are named that the terms name."""
    if any(each != stack.identity_provider_arn for each in statement.principals("Federated")):
        yield f"{place} trusts another provider than was agreed: name the stack's identityProviderArn"
    users = (each for each in statement.principals("AWS") if _USER_ARN.fullmatch(each) is not None)
    if any(each != stack.break_glass_principal_arn for each in users):
        yield f"{place} lets in another user than was agreed: name the stack's breakGlassPrincipalArn"


def _tags(one: Resource, other: Resource, stack: Stack) -> bool:
    declared = principals().role(one, stack)
    return declared is not None and other.resource_name in declared.tags


def _admits(place: str, statement: Statement, role: Resource, stack: Stack) -> Findings:
    if statement.everyone or statement.leaves_out:
        yield f"{place} lets in everyone: name Principal and Action"
        return
    if statement.principal_kinds() not in (["AWS"], ["Federated"], ["Service"]):
        yield f"{place} lets in several kinds of principals, or none: write a statement for each kind of Principal"
        return
    yield _admits_services(place, statement, role.allowed_accounts)
    yield _admits_people(place, statement, role.allowed_accounts)
    yield _admits_roles(place, statement, role, stack)


def _admits_services(place: str, statement: Statement, accounts: Collection[str]) -> Findings:
    services = list(statement.principals("Service"))
    if not services:
        return
    if any(not service.endswith(".amazonaws.com") or "*" in service for service in services):
        yield f"{place} names what is no service of AWS: name the service"
    if set(services) - SERVICES_WITHOUT_SOURCE and not statement.is_bound_to_account(accounts):
        yield f"{place} lets a service in for any account: add the condition aws:SourceAccount, or aws:SourceArn"
    if set(statement.actions()) != {"sts:AssumeRole"}:
        yield f"{place} lets a service do more than take the role on: set Action to sts:AssumeRole"


def _admits_people(place: str, statement: Statement, accounts: Collection[str]) -> Findings:
    providers = list(statement.principals("Federated"))
    if not providers:
        return
    matches = [_SAML_ARN.fullmatch(provider) for provider in providers]
    if any(match is None or (accounts and match[1] not in accounts) for match in matches):
        yield f"{place} trusts an identity provider elsewhere: name the SAML provider of the stack's account"
    if set(statement.actions()) != {"sts:AssumeRoleWithSAML"}:
        yield f"{place} lets people bring session tags or other tokens: set Action to sts:AssumeRoleWithSAML"
    conditions = statement.conditions()
    audiences = conditions.get(("stringequals", "saml:aud"), [])
    if not audiences or any(_SIGN_IN.fullmatch(each) is None for each in audiences):
        yield f"{place} takes assertions that weren't made for AWS: add StringEquals SAML:aud with its sign-in pages"
    if conditions.get(("stringequals", "saml:sub_type")) != ["persistent"]:
        yield f"{place} takes people whose id doesn't stay theirs: add StringEquals SAML:sub_type persistent"


def _admits_roles(place: str, statement: Statement, role: Resource, stack: Stack) -> Findings:
    own = {each.get("name", None) for each in stack.of_type(ROLE)}
    for principal in statement.principals("AWS"):
        match = _ROLE_ARN.fullmatch(principal)
        if match is not None and match[2] in own and (not role.allowed_accounts or match[1] in role.allowed_accounts):
            yield _tags_one_tenant(place, statement)
        elif _USER_ARN.fullmatch(principal) is not None:
            yield _shows_second_factor(place, statement)
        else:
            yield f"{place} lets in what is neither a role of this stack nor a single user: name one"
    if list(statement.principals("AWS")) and not set(statement.actions()) <= {"sts:AssumeRole", "sts:TagSession"}:
        yield f"{place} allows more than to take the role on: set Action to sts:AssumeRole"


@stack_rule(ROLE)
def emergency_role_is_protected(role: Resource, stack: Stack) -> Findings:
    """The role for emergencies is the way back in when no other is left: a mistake in the program must not take it."""
    users = [
        each for _, statement in admissions(role) for each in statement.principals("AWS") if _USER_ARN.fullmatch(each)
    ]
    if not users:
        not_applicable("no single user takes the role on")
    if len(users) > 1:
        yield "several users take the role on: name in assume_role_policy the one that is kept for emergencies"
    for each in (role, *stack.referring("role", role, (ROLE_POLICY,), "name", "id")):
        if not each.protected:
            yield f"the engine may delete {each.resource_type.split(':')[-1]} {each.resource_name}: set protect=True"


def _shows_second_factor(place: str, statement: Statement) -> Findings:
    conditions = statement.conditions()
    if conditions.get(("bool", "aws:multifactorauthpresent")) != ["true"]:
        yield f"{place} lets a user in without second factor: add Bool aws:MultiFactorAuthPresent true"
    ages = [
        age
        for operator in ("numericlessthan", "numericlessthanequals")
        for age in conditions.get((operator, "aws:multifactorauthage"), [])
    ]
    if not ages or any(not age.isdigit() or int(age) > HOUR for age in ages):
        yield f"{place} takes a second factor of long ago: add NumericLessThan aws:MultiFactorAuthAge {HOUR}"
    if statement.acts_on("sts:TagSession"):
        yield f"{place} lets a user tag the session: remove sts:TagSession"


def _tags_one_tenant(place: str, statement: Statement) -> Findings:
    if not statement.acts_on("sts:TagSession"):
        return
    wanted = {
        ("stringlike", "aws:requesttag/tenant"): ["?*"],
        ("forallvalues:stringequals", "aws:tagkeys"): ["tenant"],
        ("null", "sts:transitivetagkeys"): ["true"],
    }
    conditions = statement.conditions()
    if any(conditions.get(test) != values for test, values in wanted.items()):
        yield (
            f"{place} takes sessions for no tenant, for more, or that pass their tag on: add StringLike "
            "aws:RequestTag/tenant ?*, ForAllValues:StringEquals aws:TagKeys tenant, Null sts:TransitiveTagKeys true"
        )
