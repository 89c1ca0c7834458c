"""Decides on a request: identity policies, permission boundary and a resource's policy together.

After the IAM User Guide, "Policy evaluation logic", without the policies of an organisation, which only take away.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final, Literal

from policies.iam.context import Context, Other
from policies.iam.patterns import CHOSEN, UNKNOWN, matches
from policies.iam.statements import EVERYTHING, Document, Statement
from policies.iam.truth import Truth, negated

Kind = Literal["role", "user", "service", "federated", "unlisted", "stranger"]
"""`unlisted` is anybody in the account whom the stack doesn't declare, `stranger` anybody in another account."""

_SESSION: Final = re.compile(r"arn:[^:]*:sts::([^:]*):(?:assumed-role|federated-user)/([^/]+)(?:/.*)?", re.DOTALL)
_PARTS: Final = 6
"""Of an ARN: arn, partition, service, region, account, resource."""
_ACCOUNT: Final = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")


@dataclass(frozen=True, eq=False)
class Caller:
    """Whoever asks: who it is, and what its own policies allow."""

    kind: Kind
    name: str
    """The ARN of a role or user, the name of a service, the ARN of an identity provider."""
    account: str
    identity: tuple[Document, ...] = (EVERYTHING,)
    boundary: Document | None = None
    listed: frozenset[str] = frozenset()
    """For `unlisted`: the ARNs of those who aren't meant."""
    context: Context = field(default_factory=Context)
    """The condition keys that say who asks."""

    @cached_property
    def policies(self) -> tuple[Document, ...]:
        """All that say what it may do: its own, and the boundary."""
        return self.identity if self.boundary is None else (*self.identity, self.boundary)

    @property
    def is_of_the_account(self) -> bool:
        """Whether its rights are given by policies of the account as well."""
        return self.kind in ("role", "user", "unlisted")


@dataclass(frozen=True)
class _Named:
    """How a statement names the caller."""

    itself: Truth
    """By its own ARN: then a boundary still limits what a role may do."""
    session: Truth
    """By its session, or as everyone: then no boundary limits it."""
    account: Truth
    """By its account, which leaves it to the account's own policies."""


_NOBODY: Final = _Named(Truth.NO, Truth.NO, Truth.NO)


def decide(
    caller: Caller,
    action: str,
    resource: str,
    context: Context,
    policies: Iterable[Document] = (),
    *,
    own_policies_suffice: bool = True,
) -> Truth:
    """Whether the caller may do `action` on the resource with this ARN, whose own policies are given.

    Keys (KMS) and roles (STS) have a policy without which nobody gets in: there `own_policies_suffice` is False.
    """
    has_rights = _has_rights(caller, action)
    standing = _standing(tuple(policies), caller, action)
    if not standing.may_allow and not (own_policies_suffice and has_rights and caller.is_of_the_account):
        return Truth.NO
    context = caller.context.asking(context)
    itself = session = account = refused = standing.unread
    for covers, named, statement in standing.statements:
        sure = min(covers, statement.covers_resource(resource, context))
        if sure is not Truth.NO:
            sure = min(sure, statement.holds(context))
        if statement.is_allow:
            itself = max(itself, min(sure, named.itself))
            session = max(session, min(sure, named.session))
            account = max(account, min(sure, named.account))
        else:
            refused = max(refused, sure)
    if not caller.is_of_the_account:
        # Its own account, or AWS, decides the rest.
        return min(max(itself, session, account), negated(refused))
    by_account = account
    if own_policies_suffice:
        by_account = Truth.YES if has_rights else Truth.NO
    if max(itself, session, by_account) is Truth.NO:
        return Truth.NO
    allowed = max(
        (_own(document, action, resource, context, allow=True) for document in caller.identity), default=Truth.NO
    )
    if caller.kind == "user":
        session = max(session, itself)
    granted = max(session, itself, min(by_account, allowed))
    if granted is Truth.NO:
        return Truth.NO
    bounded = Truth.YES
    if caller.boundary is not None:
        bounded = _own(caller.boundary, action, resource, context, allow=True)
        refused = max(refused, _own(caller.boundary, action, resource, context, allow=False))
    for document in caller.identity:
        refused = max(refused, _own(document, action, resource, context, allow=False))
    granted = max(session, min(bounded, max(itself, min(by_account, allowed))))
    return min(granted, negated(refused))


@dataclass(frozen=True)
class _Standing:
    """What a resource's policies have to do with a caller and an action, whatever else is in the request."""

    unread: Truth
    """Unknown if a policy isn't known."""
    statements: Sequence[tuple[Truth, _Named, Statement]]
    """Those that may apply: how sure that is, and how they name the caller."""

    @cached_property
    def may_allow(self) -> bool:
        """Whether one of them may allow anything."""
        return self.unread is not Truth.NO or any(statement.is_allow for _, _, statement in self.statements)


# Of one caller and action many requests are asked about, one after the other.
@lru_cache(maxsize=4096)
def _standing(policies: tuple[Document, ...], caller: Caller, action: str) -> _Standing:
    found: list[tuple[Truth, _Named, Statement]] = []
    for covers, statement in chain.from_iterable(document.about(action) for document in policies):
        named = _named(statement, caller)
        by_name = max(named.itself, named.session)
        if by_name is Truth.NO and (
            named.account is Truth.NO or (statement.is_allow and not _has_rights(caller, action))
        ):
            continue
        found.append((min(covers, max(by_name, named.account)), named, statement))
    return _Standing(Truth.NO if all(each.is_known for each in policies) else Truth.UNKNOWN, found)


@lru_cache(maxsize=4096)
def _has_rights(caller: Caller, action: str) -> bool:
    """Whether its own policies speak of the action: where they don't, being left to the account gives it nothing."""
    return any(_speaks_of(document, action) for document in caller.identity)


def _speaks_of(document: Document, action: str) -> bool:
    """Whether a policy may allow the action somewhere."""
    return not document.is_known or any(statement.is_allow for _, statement in document.about(action))


def _own(document: Document, action: str, resource: str, context: Context, *, allow: bool) -> Truth:
    """Whether a policy of the caller's own has a statement of this effect that is about the request."""
    if not document.is_known:
        return Truth.UNKNOWN
    found = Truth.NO
    for covers, statement in document.about(action):
        if statement.is_allow is allow:
            sure = min(covers, statement.covers_resource(resource, context))
            if sure > found:
                found = max(found, min(sure, statement.holds(context)))
    return found


def _named(statement: Statement, caller: Caller) -> _Named:
    if statement.excluded_principals is not None:
        # Everyone but those; a session of one of those may be in for all that. Of a refusal it takes the role, its
        # session and its account all being named to be left out.
        return _EVERYONE_BUT_SOME_ALLOWED if statement.is_allow else _EVERYONE_BUT_SOME_REFUSED
    return _named_among(statement.principals or (), caller.kind, caller.name, caller.account, caller.listed)


_EVERYONE_BUT_SOME_ALLOWED: Final = _Named(Truth.NO, Truth.POSSIBLE, Truth.NO)
_EVERYONE_BUT_SOME_REFUSED: Final = _Named(Truth.POSSIBLE, Truth.NO, Truth.NO)


@lru_cache(maxsize=65536)
def _named_among(
    principals: tuple[tuple[str, str], ...], caller_kind: Kind, name: str, account: str, listed: frozenset[str]
) -> _Named:
    """How principals name whoever has this kind, name and account."""
    caller = Caller(caller_kind, name, account, listed=listed)
    itself = session = by_account = Truth.NO
    for kind, text in principals:
        if text == "*" and kind in ("AWS", "*"):
            return _Named(Truth.NO, Truth.YES, Truth.NO)
        if kind == "*":
            return _Named(Truth.NO, Truth.POSSIBLE, Truth.NO)
        if kind in ("Service", "Federated"):
            if caller.kind == kind.lower():
                session = max(session, matches(text, caller.name))
            continue
        if kind == "CanonicalUser":
            session = max(session, Truth.POSSIBLE if caller.kind in ("unlisted", "stranger") else Truth.NO)
            continue
        named = _named_by_arn(text, caller)
        itself, session = max(itself, named.itself), max(session, named.session)
        by_account = max(by_account, named.account)
    return _Named(itself, session, by_account)


def _named_by_arn(text: str, caller: Caller) -> _Named:
    """How an `AWS` principal names the caller. A wildcard inside of it isn't one (IAM User Guide, "Principal")."""
    if caller.kind in ("service", "federated"):
        return _NOBODY
    if UNKNOWN in text or CHOSEN in text:
        # Not known yet: it may be anybody, in person.
        return _Named(Truth.UNKNOWN, Truth.UNKNOWN, Truth.UNKNOWN)
    whole = _ACCOUNT.fullmatch(text)
    if whole is not None:
        return _named_by_account(whole[1], caller)
    if caller.kind in ("role", "user") and text == caller.name:
        return _Named(Truth.YES, Truth.NO, Truth.NO)
    session = _SESSION.fullmatch(text)
    if caller.kind == "role":
        is_its = session is not None and session[1] == caller.account and session[2] == caller.name.rsplit("/", 1)[-1]
        return _Named(Truth.NO, Truth.POSSIBLE, Truth.NO) if is_its else _NOBODY
    return _Named(Truth.POSSIBLE, Truth.NO, Truth.NO) if _may_be(text, session, caller) else _NOBODY


def _named_by_account(account: str, caller: Caller) -> _Named:
    if caller.kind == "stranger":
        return _NOBODY if account == caller.account else _Named(Truth.YES, Truth.NO, Truth.NO)
    return _Named(Truth.NO, Truth.NO, Truth.YES) if account == caller.account else _NOBODY


def _may_be(text: str, session: re.Match[str] | None, caller: Caller) -> bool:
    """Whether somebody whose ARN isn't known may have this one."""
    parts = text.split(":", 5)
    if caller.kind == "user" or len(parts) != _PARTS:
        # A unique id (AROA...) is what is left of a principal that is gone.
        return False
    if caller.kind == "stranger":
        return parts[4] != caller.account
    roles = {each.rsplit("/", 1)[-1] for each in caller.listed}
    return parts[4] == caller.account and text not in caller.listed and (session is None or session[2] not in roles)


def unlike(*texts: str) -> tuple[Other]:
    """The values of a key of which only is known what it isn't."""
    return (Other(frozenset(texts)),)
