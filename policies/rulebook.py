"""What a rule is, how rules are found, and what they answer.

A rule is a function below `policies/rules/` or `policies/proofs/`. Its decorator names the resource types, its
docstring says the threat and why the setting is demanded, its body yields what is wrong and how to mend it. Nothing
else registers it:

    @rule("aws:kms/key:Key")
    def kms_key_rotates(key: Resource) -> Findings:
        \"\"\"A key that never rotates exposes everything it ever encrypted at once.\"\"\"
        if not key.get("enable_key_rotation", False):
            yield "the key doesn't rotate: set enable_key_rotation"

`@rule` judges a resource's inputs before it is made. `@stack_rule` judges it among all resources of the stack, which it
gets as second argument; it sees outputs, and URNs where values aren't known yet.

There are four answers: passed, violated, not applicable, and undetermined when a value isn't known yet. An undetermined
answer is shown in a preview and is a violation everywhere else. A rule that raises is a violation too. A violation that
`exemptions.toml` allows for a while is a fifth answer, exempted. The court itself may warn, which stops nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, Literal, NoReturn, get_args

from policies.loading import modules_below
from policies.properties import UndeterminedError, UnusableError
from policies.resources import Resource, Stack, canonical_type

Findings = Iterator["str | Findings"]
"""What a rule yields: a sentence for each thing that is wrong, or findings of a part that is judged by itself, so that
an unknown value in one part hides nothing about the next."""

ResourceCheck = Callable[[Resource], Findings]
StackCheck = Callable[[Resource, Stack], Findings]

ANY_TYPE: Final = "*"
"""Stands for every resource type in a decorator."""

Answer = Literal["not-applicable", "passed", "warned", "exempted", "undetermined", "violated"]

WEIGHT: Final[dict[Answer, int]] = {answer: weight for weight, answer in enumerate(get_args(Answer))}
"""Which of two answers about the same thing counts: the heavier one."""


class NotApplicableError(Exception):
    """A rule has nothing to say about a resource of its type."""


def not_applicable(reason: str) -> NoReturn:
    """Ends a rule: it doesn't concern this resource, for `reason`."""
    raise NotApplicableError(reason)


@dataclass(frozen=True)
class Rule:
    """A rule as found below `policies/rules/` or `policies/proofs/`."""

    name: str
    """The function's name with hyphens; controls refer to it."""
    summary: str
    """The first paragraph of its docstring: the threat, and why."""
    module: str
    types: tuple[str, ...]
    """The resource types that it judges."""
    over: Literal["resource", "stack"]
    check: Callable[..., Findings]

    def concerns(self, resource_type: str) -> bool:
        """Whether it judges resources of this type."""
        return ANY_TYPE in self.types or canonical_type(resource_type) in self.types

    def judge(self, resource: Resource, stack: Stack | None = None) -> "Judgement":
        """What the rule says of one resource. Never raises: what goes wrong in the rule is a violation."""
        judgement = Judgement(self.name, resource.urn, resource.resource_type)
        try:
            judgement.collect(self._findings(resource, stack))
        except NotApplicableError as error:
            judgement.inapplicable_because = str(error)
        return judgement

    def _findings(self, resource: Resource, stack: Stack | None) -> Findings:
        yield from self.check(resource) if stack is None else self.check(resource, stack)


@dataclass
class Judgement:
    """One rule's answer about one resource."""

    rule: str
    urn: str
    resource_type: str
    violations: list[str] = field(default_factory=list[str])
    unknowns: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    """What people should see to soon; it stops nothing."""
    inapplicable_because: str | None = None
    exempted_because: str | None = None
    failed: bool = False
    """Whether the rule itself went wrong, from which nothing can be exempted."""

    @property
    def answer(self) -> Answer:
        """The answer; a violation outweighs what is not known yet, and that a violation which somebody has allowed."""
        if self.violations and self.exempted_because is None:
            return "violated"
        if self.unknowns:
            return "undetermined"
        if self.violations:
            return "exempted"
        if self.warnings:
            return "warned"
        return "passed" if self.inapplicable_because is None else "not-applicable"

    def collect(self, findings: Findings) -> None:
        """Takes all findings; what was found before an unknown value or a failure is kept."""
        try:
            for finding in findings:
                if isinstance(finding, str):
                    self.violations.append(finding)
                else:
                    self.collect(finding)
        except NotApplicableError:
            raise
        except UndeterminedError as error:
            self.unknowns.append(str(error))
        except UnusableError as error:
            self.violations.append(str(error))
        except Exception as error:  # noqa: BLE001  # whatever goes wrong in a rule is an answer, never a pass
            self.failed = True
            # The exception's text may hold a property's value, which may be a secret.
            self.violations.append(f"the rule itself failed ({type(error).__name__}): correct the rule {self.rule}")

    def line(self) -> dict[str, Any]:
        """The judgement as a line of the log."""
        reason = list(filter(None, (self.inapplicable_because,)))
        exempted = filter(None, (self.exempted_because,))
        return {
            "rule": self.rule,
            "urn": self.urn,
            "type": self.resource_type,
            "answer": self.answer,
            "messages": [*exempted, *self.violations, *self.unknowns, *self.warnings] or reason,
        }


def rule(*types: str) -> Callable[[ResourceCheck], Rule]:
    """Makes a function a rule about the inputs of single resources of these types."""
    return lambda check: _make_rule(check, types, "resource")


def stack_rule(*types: str) -> Callable[[StackCheck], Rule]:
    """Makes a function a rule about resources of these types among all resources of the stack."""
    return lambda check: _make_rule(check, types, "stack")


def _make_rule(check: Callable[..., Findings], types: tuple[str, ...], over: Literal["resource", "stack"]) -> Rule:
    if not types:
        raise TypeError(f"{check.__name__} names no resource type")
    summary = " ".join((check.__doc__ or "").strip().split("\n\n")[0].split())
    if not summary:
        raise TypeError(f"{check.__name__} has no docstring that says the threat and why")
    return Rule(check.__name__.replace("_", "-"), summary, check.__module__, types, over, check)


def discover(*packages: ModuleType) -> tuple[Rule, ...]:
    """Every rule below some packages, by name. Raises ValueError when two have the same name."""
    found: dict[str, Rule] = {}
    for module in modules_below(*packages):
        for candidate in vars(module).values():
            if not isinstance(candidate, Rule) or candidate.module != module.__name__:
                continue
            if candidate.name in found:
                raise ValueError(f"two rules are named {candidate.name}: rename one of them")
            found[candidate.name] = candidate
    return tuple(found[name] for name in sorted(found))
