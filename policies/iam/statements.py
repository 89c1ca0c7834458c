"""Policy documents, read once into statements that can be asked (IAM User Guide, "IAM JSON policy elements")."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from policies.iam.conditions import Test, all_hold
from policies.iam.context import Context
from policies.iam.patterns import UNKNOWN, arn_matches, matches, with_holes
from policies.iam.truth import Truth, negated
from policies.properties import read_json


@dataclass(frozen=True)
class Statement:
    """One statement. What it leaves out is None."""

    is_allow: bool
    principals: tuple[tuple[str, str], ...] | None
    """Kind (`AWS`, `Service`, `Federated`, ...) and text; everyone is `AWS` and `*`."""
    excluded_principals: tuple[tuple[str, str], ...] | None
    actions: tuple[str, ...] | None
    """In lower case."""
    excluded_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    excluded_resources: tuple[str, ...] | None
    tests: tuple[Test, ...]
    variables: bool
    """Whether `${...}` stands for a value: not in documents of the version of 2008."""

    def covers_action(self, action: str) -> Truth:
        """Whether it is about an action such as `kms:Decrypt`."""
        if self.excluded_actions is not None:
            return negated(_any(self.excluded_actions, action.lower()))
        return _any(self.actions or (), action.lower())

    def covers_resource(self, resource: str, context: Context) -> Truth:
        """Whether it is about the resource with this ARN."""
        if self.excluded_resources is not None:
            named = negated(self._names(self.excluded_resources, resource, context))
            known = all(context.substituted(each) is not None for each in self.excluded_resources)
            # What a variable without a value leaves out isn't documented.
            return named if known or not self.variables else min(named, Truth.POSSIBLE)
        if self.resources is None or self.resources == ("*",):
            return Truth.YES  # without any in a trust policy, which is about the role itself
        return self._names(self.resources, resource, context)

    def _names(self, patterns: tuple[str, ...], resource: str, context: Context) -> Truth:
        found = Truth.NO
        for pattern in patterns:
            replaced = context.substituted(pattern) if self.variables else pattern
            if replaced is None:
                continue
            answer = matches(replaced, resource)
            # A wildcard that would have to span colons: AWS isn't that generous everywhere.
            if answer is Truth.YES and replaced != "*" and arn_matches(replaced, resource) is not Truth.YES:
                answer = Truth.POSSIBLE
            found = max(found, answer)
        return found

    def holds(self, context: Context) -> Truth:
        """Whether its conditions hold."""
        return all_hold(self.tests, context, variables=self.variables)


@dataclass(frozen=True, eq=False)
class Document:
    """A policy document. One that isn't known before the update may allow anything."""

    statements: tuple[Statement, ...]
    is_known: bool = True
    _by_action: dict[str, tuple[tuple[Truth, Statement], ...]] = field(
        default_factory=dict[str, tuple[tuple[Truth, Statement], ...]], compare=False, repr=False
    )
    _alike: dict[tuple[tuple[Truth, int], ...], tuple[tuple[Truth, Statement], ...]] = field(
        default_factory=dict[tuple[tuple[Truth, int], ...], tuple[tuple[Truth, Statement], ...]],
        compare=False,
        repr=False,
    )

    @staticmethod
    def read(content: object) -> "Document":
        """A document as text or object. Raises ValueError for what is no policy document."""
        if isinstance(content, str):
            marked = with_holes(content)
            if marked.strip() == UNKNOWN:
                return UNKNOWN_DOCUMENT
            content = read_json(marked)
        record = _object(content)
        # IAM User Guide, "IAM JSON policy elements: Version": without one it is that of 2008.
        variables = record.get("Version") == "2012-10-17"
        statements = record.get("Statement", [])
        each = cast("list[Any]", statements) if isinstance(statements, list) else [statements]
        return Document(tuple(_statement(one, variables=variables) for one in each))

    def about(self, action: str) -> tuple[tuple[Truth, Statement], ...]:
        """The statements that are or may be about the action, with how sure that is.

        The same object for all actions about which the document says the same.
        """
        found = self._by_action.get(action)
        if found is None:
            judged = ((one.covers_action(action), one) for one in self.statements)
            said = tuple(pair for pair in judged if pair[0] is not Truth.NO)
            found = self._alike.setdefault(tuple((covers, id(one)) for covers, one in said), said)
            self._by_action[action] = found
        return found


def _statement(content: object, *, variables: bool) -> Statement:
    record = _object(content)
    return Statement(
        # Of an effect that isn't known, the worse.
        is_allow=str(record.get("Effect")) != "Deny",
        principals=_principals(record.get("Principal")),
        excluded_principals=_principals(record.get("NotPrincipal")),
        actions=_lower(_texts(record.get("Action"))),
        excluded_actions=_lower(_texts(record.get("NotAction"))),
        resources=_texts(record.get("Resource")),
        excluded_resources=_texts(record.get("NotResource")),
        tests=tuple(_tests(record.get("Condition"))),
        variables=variables,
    )


def _object(content: object) -> Mapping[str, Any]:
    if isinstance(content, Mapping):
        return cast("Mapping[str, Any]", content)
    raise ValueError("a policy document consists of objects")


def _principals(content: object) -> tuple[tuple[str, str], ...] | None:
    if content is None:
        return None
    if isinstance(content, Mapping):
        record = cast("Mapping[str, Any]", content)
        return tuple((kind, text) for kind, texts in record.items() for text in _texts(texts) or ())
    return tuple(("AWS", text) for text in _texts(content) or ())


def _tests(content: object) -> list[Test]:
    if content is None:
        return []
    operators = cast("Mapping[str, Mapping[str, Any]]", content)
    return [
        Test(operator, key, _texts(wanted) or ())
        for operator, keys in operators.items()
        for key, wanted in keys.items()
    ]


def _texts(content: object) -> tuple[str, ...] | None:
    if content is None:
        return None
    values = cast("list[object]", content) if isinstance(content, list) else [content]
    return tuple(str(value).lower() if isinstance(value, bool) else with_holes(str(value)) for value in values)


def _lower(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(text.lower() for text in texts)


def _any(patterns: tuple[str, ...], text: str) -> Truth:
    return max((matches(pattern, text) for pattern in patterns), default=Truth.NO)


UNKNOWN_DOCUMENT: Final = Document((), is_known=False)

EVERYTHING: Final = Document.read(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
"""What somebody may do of whose rights nothing is known."""
