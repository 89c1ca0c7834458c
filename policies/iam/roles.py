"""Who may become a role that leads to tenants' data, and with which tag."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.iam.account import Account
from policies.iam.context import Context, State, Values
from policies.iam.decision import Caller, decide
from policies.iam.patterns import CHOSEN
from policies.iam.truth import Truth, refuse_to_guess
from policies.principals import TAG, AwsRole, principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings

TAKES_ON: Final = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
)

_REWRITES: Final = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
)
"""What changes a role's rights, tags or users, or hands it to a service."""

_INTRUDES: Final[Mapping[str, tuple[str, ...]]] = {
    "ec2.amazonaws.com": ("ec2-instance-connect:SendSSHPublicKey", "ssm:SendCommand", "ssm:StartSession"),
    "ecs-tasks.amazonaws.com": ("ecs:ExecuteCommand",),
    "lambda.amazonaws.com": ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
}
"""What gets somebody into where a service lends a role."""

_TAGGED: Final = f"aws:RequestTag/{TAG}"
_TAG_KEYS: Final = "aws:TagKeys"
_TRANSITIVE: Final = "sts:TransitiveTagKeys"

_FORGERIES: Final[Mapping[str, Mapping[str, Values]]] = {
    "without a tag": {_TAGGED: State.ABSENT, _TAG_KEYS: State.ABSENT, _TRANSITIVE: State.ABSENT},
    "with another tag only": {_TAGGED: State.ABSENT, _TAG_KEYS: ("other",), _TRANSITIVE: State.ABSENT},
    "with an empty tag": {_TAGGED: ("",), _TAG_KEYS: (TAG,), _TRANSITIVE: State.ABSENT},
    "with a tag more": {_TAGGED: ("a-tenant",), _TAG_KEYS: (TAG, "other"), _TRANSITIVE: State.ABSENT},
    "with a tag that lasts into the next role": {_TAGGED: ("a-tenant",), _TAG_KEYS: (TAG,), _TRANSITIVE: (TAG,)},
}
"""Sessions that must not come to be, whoever asks for them."""

_RIGHT_SESSION: Final = Context(
    {_TAGGED: ("a-tenant",), _TAG_KEYS: (TAG,), _TRANSITIVE: State.ABSENT}, rest=State.ABSENT
)


def disguises(role: Resource, declared: AwsRole, stack: Stack) -> Findings:
    """Yields whoever may become the role, change it, or get in where it is lent, and isn't meant to."""
    account = stack.derived(Account)
    arn, trust = account.arn(role), account.trust(role)
    waiting: list[str] = []
    for who, caller, own in _everybody(account, stack, role):
        asked: list[tuple[str, Truth]] = []
        if not _is_meant(caller, own, role, declared):
            asked += [
                (action, decide(caller, action, arn, Context(), [trust], own_policies_suffice=False))
                for action in TAKES_ON
            ]
        if caller.kind in ("role", "user"):
            handed = () if own is None or role.resource_name not in own.passes else ("iam:PassRole",)
            asked += [(each, decide(caller, each, arn, Context())) for each in _REWRITES if each not in handed]
            asked += [
                (action, decide(caller, action, _anything(action, account), Context()))
                for service in [declared.service or ""]
                for action in _INTRUDES.get(service, ())
            ]
        for action, answer in asked:
            if answer is Truth.UNKNOWN:
                waiting.append(f"{who} ({action})")
            elif answer is not Truth.NO:
                yield (
                    f"{who} may come by this role ({action}): take the right away, or declare in "
                    "policies/principals.toml why"
                )
    refuse_to_guess("others may come by the role", waiting)


def forgeries(role: Resource, stack: Stack) -> Findings:
    """Yields each session of the role that comes to be without being of one tenant, or that none comes to be."""
    account = stack.derived(Account)
    arn, trust = account.arn(role), account.trust(role)
    waiting: list[str] = []
    for who, caller, own in _everybody(account, stack, role):
        for how, keys in _FORGERIES.items():
            answer = decide(caller, "sts:AssumeRole", arn, Context(keys), [trust], own_policies_suffice=False)
            if answer is Truth.UNKNOWN:
                waiting.append(f"{who} ({how})")
            elif answer is not Truth.NO:
                yield (
                    f"{who} gets a session {how}: demand in assume_role_policy exactly the tag `{TAG}`, not empty and "
                    "not transitive"
                )
        if own is not None and role.resource_name in own.tags:
            for action in ("sts:AssumeRole", "sts:TagSession"):
                answer = decide(caller, action, arn, _RIGHT_SESSION, [trust], own_policies_suffice=False)
                if answer is Truth.UNKNOWN:
                    waiting.append(f"{who} ({action})")
                elif answer is not Truth.YES:
                    yield f"{who} gets no session of a tenant at all ({action}): allow it"
    refuse_to_guess("each session of the role is of one tenant", waiting)


def carries_the_tag(role: Resource) -> bool:
    """Whether the role's own tags, which each of its sessions has, name a tenant."""
    tags = role.get("tags", None)
    return tags is not None and any(name.lower() == TAG for name in tags.names())


def _everybody(account: Account, stack: Stack, role: Resource) -> Iterator[tuple[str, Caller, AwsRole | None]]:
    for urn, caller in account.callers.items():
        if urn != role.urn:
            resource = account.resource(urn)
            yield f"the {caller.kind} {resource.resource_name}", caller, principals().role(resource, stack)
    yield account.unlisted.name, account.unlisted, None
    yield account.stranger.name, account.stranger, None
    for caller in account.others_named_by([account.trust(role)]):
        yield f"the {'service' if caller.kind == 'service' else 'identity provider'} {caller.name}", caller, None


def _is_meant(caller: Caller, own: AwsRole | None, role: Resource, declared: AwsRole) -> bool:
    """Whether the caller may take the role on: the one service, or the role that tags its sessions."""
    if caller.kind == "service":
        return caller.name == declared.service
    return own is not None and role.resource_name in own.tags


def _anything(action: str, account: Account) -> str:
    """The ARN of whatever the action is about."""
    return f"arn:aws:{action.partition(':')[0]}:{CHOSEN}:{account.id}:{CHOSEN}"
