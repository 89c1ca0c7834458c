"""IAM policy documents (of buckets, keys, roles), read as AWS evaluates them.

Where a statement is hard to judge (NotAction, NotPrincipal) the answer is the careful one: an Allow is taken to allow
more, a Deny to deny less.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from policies.properties import Record, Values


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
            return any("*" in _texts(principal.get(kind, [])) for kind in principal.names())
        return principal == "*"

    def acts_on(self, action: str) -> bool:
        """Whether it surely (Deny) or possibly (Allow) covers an action such as `s3:PutObject`."""
        if self._record.get("NotAction", None) is not None:
            return self.is_allow
        return any(_matches(action.lower(), pattern.lower()) for pattern in _texts(self._record.Action))

    @property
    def covers_bucket_and_objects(self) -> bool:
        """Whether a bucket policy's statement is about the bucket itself and all its objects.

        S3 takes only ARNs of the bucket that the policy belongs to, so which bucket need not be looked at.
        """
        resources = list(_texts(self._record.get("Resource", [])))
        objects = any(resource == "*" or resource.endswith(("/*", "*")) for resource in resources)
        return objects and any("/" not in resource for resource in resources)

    def conditions(self) -> dict[tuple[str, str], list[str]]:
        """The wanted values by operator and condition key, both in lower case."""
        found: dict[tuple[str, str], list[str]] = {}
        operators = self._record.get("Condition", None)
        if operators is None:
            return found
        for operator in operators.names():
            keys = operators.get(operator, None)
            for key in keys.names():
                found[operator.lower(), key.lower()] = [_text(value) for value in _texts(keys.get(key, []))]
        return found


def statements(document: Record) -> list[Statement]:
    """The statements of a document; a single one may stand without a list."""
    content = document.Statement
    return [Statement(record) for record in (content if isinstance(content, Values) else [content])]


def _texts(value: object) -> Iterable[str]:
    return value if isinstance(value, Values | list) else [_text(value)]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))
