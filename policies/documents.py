"""IAM policy documents (of buckets, keys, roles), read as AWS evaluates them.

Where a statement is hard to judge (NotAction, NotPrincipal) the answer is the careful one: an Allow is taken to allow
more, a Deny to deny less.
"""

import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from policies.properties import Record, Values

_ACCOUNT_KEYS: Final = frozenset({"aws:principalaccount", "aws:sourceaccount", "kms:calleraccount"})
"""Condition keys whose value is the account that a request comes from."""

_ARN_KEYS: Final = frozenset({"aws:principalarn", "aws:sourcearn"})
"""Condition keys whose value is the ARN of whoever a request comes from."""

_ACCOUNT: Final = re.compile(r"\d{12}")

_BUCKET_ARN: Final = re.compile(r"arn:aws[a-z-]*:s3:::([^/*?]+)(|/\*)")
"""A bucket, or all its objects."""


class Statement:
    """One statement of a policy document."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def is_allow(self) -> bool:
        """Whether it allows; anything but Deny counts."""
        return self._record.Effect != "Deny"

    @property
    def everyone(self) -> bool:
        """Whether its principal is surely (Deny) or possibly (Allow) everyone, conditions aside."""
        if self._record.get("NotPrincipal", None) is not None:
            return self.is_allow
        principal = self._record.get("Principal", None)
        if isinstance(principal, Record):
            kinds = principal.names() if self.is_allow else ["AWS"]
            return any("*" in _texts(principal.get(kind, [])) for kind in kinds)
        return principal == "*"

    @property
    def leaves_out(self) -> bool:
        """Whether it names what it is not about (NotAction, NotPrincipal, NotResource), so that no list says all."""
        return any(self._record.get(name, None) is not None for name in ("NotAction", "NotPrincipal", "NotResource"))

    @property
    def leaves_out_actions(self) -> bool:
        """Whether it names the actions that it is not about (NotAction)."""
        return self._record.get("NotAction", None) is not None

    def actions(self) -> Iterable[str]:
        """The actions, or patterns of some, that it names; none where it names what it is not about."""
        return _texts(self._record.get("Action", []))

    def resources(self) -> Iterable[str]:
        """The ARNs, or patterns of some, that it names; none where it names what it is not about, or in a trust."""
        return _texts(self._record.get("Resource", []))

    def principals(self, kind: str) -> Iterable[str]:
        """The principals of a kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) that it names."""
        principal = self._record.get("Principal", None)
        return _texts(principal.get(kind, [])) if isinstance(principal, Record) else []

    def principal_kinds(self) -> list[str]:
        """The kinds of principals that it names; `*` stands for no kind."""
        principal = self._record.get("Principal", None)
        return principal.names() if isinstance(principal, Record) else []

    def is_bound_to_account(self, accounts: Collection[str]) -> bool:
        """Whether its conditions hold for requests from these accounts only; from any one that is named, if none given.

        Of the operators only those count that don't hold for a request without the key (IAM User Guide, "IAM JSON
        policy elements: Condition operators"). An organisation holds accounts that nobody here knows.
        """
        for (operator, key), values in self.conditions().items():
            named = {_account(operator, key, value) for value in values}
            if named and None not in named and (not accounts or named <= set(accounts)):
                return True
        return False

    def leads_only_to(self, accounts: Collection[str]) -> bool:
        """Whether its conditions hold for resources of these accounts only."""
        named = self.conditions().get(("stringequals", "aws:resourceaccount"), [])
        return bool(named) and set(named) <= set(accounts)

    def acts_on(self, action: str) -> bool:
        """Whether it surely (Deny) or possibly (Allow) covers an action such as `s3:PutObject`."""
        if self.leaves_out_actions:
            return self.is_allow
        return any(matches_action(action, pattern) for pattern in _texts(self._record.Action))

    def covers(self, arn: str) -> bool:
        """Whether it is surely (Deny) or possibly (Allow) about a resource, or all that its ARN's `*` stands for."""
        if self._record.get("NotResource", None) is not None:
            return self.is_allow
        return any(_matches(arn, pattern) for pattern in self.resources())

    def covers_bucket(self, bucket: Record) -> bool:
        """Whether a bucket policy's statement is about the bucket itself, whose name the record's `bucket` is."""
        return self._is_about(bucket, "")

    def covers_objects(self, bucket: Record) -> bool:
        """Whether a bucket policy's statement is about all the bucket's objects, not only about some prefix."""
        return self._is_about(bucket, "/*")

    def _is_about(self, bucket: Record, suffix: str) -> bool:
        resources = list(_texts(self._record.get("Resource", [])))
        if "*" in resources:
            return True
        # Only what is surely meant: no other pattern, though it might match as well.
        matches = [_BUCKET_ARN.fullmatch(resource) for resource in resources]
        named = {match[1] for match in matches if match is not None and match[2] == suffix}
        return bool(named) and bucket.bucket in named

    def conditions(self) -> dict[tuple[str, str], list[str]]:
        """The wanted values by operator and condition key, both in lower case."""
        found: dict[tuple[str, str], list[str]] = {}
        operators = self._record.get("Condition", None)
        if operators is None:
            return found
        for operator in operators.names():
            keys = operators.get(operator, None)
            for key in keys.names():
                # Spelt in two ways, a key is tested twice.
                wanted = found.setdefault((operator.lower(), key.lower()), [])
                wanted += [_text(value) for value in _texts(keys.get(key, []))]
        return found


def statements(document: Record) -> list[Statement]:
    """The statements of a document; a single one may stand without a list."""
    content = document.Statement
    return [Statement(record) for record in (content if isinstance(content, Values) else [content])]


@lru_cache(maxsize=65536)
def matches_action(action: str, pattern: str) -> bool:
    """Whether a pattern of actions covers an action; case doesn't count."""
    return _matches(action.lower(), pattern.lower())


def _texts(value: object) -> Iterable[str]:
    return value if isinstance(value, Values | list) else [_text(value)]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _account(operator: str, key: str, value: str) -> str | None:
    """The one account that a condition demands; None if it admits others or none is named."""
    if operator == "stringequals" and key in _ACCOUNT_KEYS:
        account = value
    elif operator in ("stringequals", "arnequals", "arnlike") and key in _ARN_KEYS:
        # arn:partition:service:region:account:resource, and a wildcard may stand for several of these parts.
        parts = value.split(":", 5)
        account = parts[4] if len(parts) == 6 and not re.search(r"[*?]", "".join(parts[:3])) else ""
    else:
        return None
    return account if _ACCOUNT.fullmatch(account) else None


@lru_cache(maxsize=65536)
def _matches(text: str, pattern: str) -> bool:
    # A text such as `s3:*` stands for all actions itself, so that `?` is too little to match its asterisk.
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[!*]"))
