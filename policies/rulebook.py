"""What a rule is, how rules are found, and how their answers reach the engine.

A rule is a function below `policies/rules/`. Its decorator names the resource types, its docstring says the threat and
why the setting is demanded, its body yields what is wrong and how to mend it. Nothing else registers it:

    @rule("aws:kms/key:Key")
    def kms_key_rotates(key: Resource) -> Findings:
        \"\"\"A key that never rotates exposes everything it ever encrypted at once.\"\"\"
        if not key.get("enable_key_rotation", False):
            yield "the key doesn't rotate: set enable_key_rotation"

`@rule` judges a resource's inputs before it is made. `@stack_rule` judges it among all resources of the stack, which it
gets as second argument; it sees outputs, and URNs where values aren't known yet.

There are four answers: passed, violated, not applicable, and undetermined when a value isn't known yet. An undetermined
answer is shown in a preview and is a violation everywhere else. A rule that raises is a violation too.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any, Final, Literal, NoReturn

from pulumi.runtime.proto.analyzer_pb2 import AnalyzerStackConfigureRequest
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.judgements import JudgementLog
from policies.properties import UndeterminedError, UnusableError
from policies.resources import STACK_TYPE, Resource, Stack, canonical_type

Findings = Iterator["str | Findings"]
"""What a rule yields: a sentence for each thing that is wrong, or findings of a part that is judged by itself, so that
an unknown value in one part hides nothing about the next."""

ResourceCheck = Callable[[Resource], Findings]
StackCheck = Callable[[Resource, Stack], Findings]

ANY_TYPE: Final = "*"
"""Stands for every resource type in a decorator."""

Answer = Literal["passed", "violated", "undetermined", "not-applicable"]


_SEVERITY: Final[Sequence[Answer]] = ("not-applicable", "passed", "undetermined", "violated")


class NotApplicableError(Exception):
    """A rule has nothing to say about a resource of its type."""


def not_applicable(reason: str) -> NoReturn:
    """Ends a rule: it doesn't concern this resource, for `reason`."""
    raise NotApplicableError(reason)


@dataclass(frozen=True)
class Rule:
    """A rule as found below `policies/rules/`."""

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
    inapplicable_because: str | None = None

    @property
    def answer(self) -> Answer:
        """The answer; a violation outweighs what is not known yet."""
        if self.violations:
            return "violated"
        if self.unknowns:
            return "undetermined"
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
            self.unknowns.append(error.message)
        except UnusableError as error:
            self.violations.append(str(error))
        except Exception as error:  # noqa: BLE001  # whatever goes wrong in a rule is an answer, never a pass
            # The exception's text may hold a property's value, which may be a secret.
            self.violations.append(f"the rule itself failed ({type(error).__name__}): correct the rule {self.rule}")

    def line(self) -> dict[str, Any]:
        """The judgement as a line of the log."""
        reason = [] if self.inapplicable_because is None else [self.inapplicable_because]
        return {
            "rule": self.rule,
            "urn": self.urn,
            "type": self.resource_type,
            "answer": self.answer,
            "messages": self.violations + self.unknowns or reason,
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


def discover(package: ModuleType) -> tuple[Rule, ...]:
    """Every rule below a package, by name. Raises ValueError when two have the same name."""
    found: dict[str, Rule] = {}
    for module_info in sorted(pkgutil.walk_packages(package.__path__, package.__name__ + "."), key=lambda m: m.name):
        module = importlib.import_module(module_info.name)
        for candidate in vars(module).values():
            if not isinstance(candidate, Rule) or candidate.module != module.__name__:
                continue
            if candidate.name in found:
                raise ValueError(f"two rules are named {candidate.name}: rename one of them")
            found[candidate.name] = candidate
    return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True)
class Run:
    """The conditions under which the engine asks."""

    phase: Literal["preview", "update", "analysis"]
    """What the engine does. Only in a preview may values be unknown; an analysis judges a state without the program."""
    jurisdiction: str | None
    """The stack's hosting jurisdiction as configured; unknown when a state is analysed."""
    stack_urn: str

    @staticmethod
    def of_request(request: AnalyzerStackConfigureRequest) -> "Run":
        """Reads what the engine tells a pack before a preview or an update."""
        return Run(
            phase="preview" if request.dry_run else "update",
            jurisdiction=request.config.get(f"{request.project}:jurisdiction"),
            stack_urn=(
                f"urn:pulumi:{request.stack}::{request.project}::{STACK_TYPE}::{request.project}-{request.stack}"
            ),
        )


ANALYSIS: Final = Run("analysis", None, f"urn:pulumi:unknown::unknown::{STACK_TYPE}::unknown")
"""When the engine analyses a state it tells the pack nothing at all beforehand."""

OUTPUTS_POLICY: Final = "recorded-outputs-keep-the-rules"
"""The policy that asks the rules about inputs again, about the outputs of a state that is analysed."""


@dataclass
class Court:
    """Turns rules into the SDK's policies: one policy a rule, mandatory, each answer logged."""

    clauses: Mapping[str, Sequence[str]]
    """The documents' clauses that each rule stands for, computed from the controls."""
    log: JudgementLog
    run: Run = ANALYSIS
    """Set when the engine says what it does, before it asks anything."""
    inputs: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """In an analysis, each resource's inputs by URN: the engine shows them before it shows the stack's outputs."""

    def policies(self, rules: Sequence[Rule]) -> list[Policy]:
        """The policies of a pack: one a rule, and one that asks again about the outputs of an analysed state."""
        again = StackValidationPolicy(
            name=OUTPUTS_POLICY,
            description="A state may have been changed in its outputs alone, by hand or by a refresh.",
            enforcement_level=EnforcementLevel.MANDATORY,
            severity=Severity.HIGH,
            validate=self._outputs_validation([each for each in rules if _judges_outputs_too(each)]),
        )
        return [*(self._policy(each) for each in rules), again]

    def _policy(self, one: Rule) -> Policy:
        common: dict[str, Any] = {
            "name": one.name,
            "description": one.summary,
            "enforcement_level": EnforcementLevel.MANDATORY,
            "severity": Severity.HIGH,
            "tags": list(self.clauses[one.name]),
        }
        if one.over == "resource":
            return ResourceValidationPolicy(validate=self._resource_validation(one), **common)
        return StackValidationPolicy(validate=self._stack_validation(one), **common)

    def _resource_validation(self, one: Rule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
        def validate(arguments: ResourceValidationArgs, report: ReportViolation) -> None:
            if self.run.phase == "analysis":
                self.inputs.setdefault(arguments.urn, arguments.props)
            if one.concerns(arguments.resource_type):
                judgement = one.judge(Resource.of_arguments(arguments))
            else:
                judgement = Judgement(one.name, arguments.urn, arguments.resource_type)
                judgement.inapplicable_because = "the rule is about other resource types"
            self._settle([judgement], report)
            if judgement.answer == "not-applicable":
                arguments.not_applicable(judgement.inapplicable_because)

        return validate

    def _outputs_validation(self, rules: Sequence[Rule]) -> Callable[[StackValidationArgs, ReportViolation], None]:
        def validate(arguments: StackValidationArgs, report: ReportViolation) -> None:
            if self.run.phase != "analysis":
                arguments.not_applicable("only the analysis of a state has inputs and outputs at once")
            resources = [Resource.of_state(each) for each in arguments.resources]
            for one in rules:
                about_rule = partial(_report_about, one, report)
                self._settle(self._judge_each(one, resources), about_rule)

        return validate

    def _stack_validation(self, one: Rule) -> Callable[[StackValidationArgs, ReportViolation], None]:
        def validate(arguments: StackValidationArgs, report: ReportViolation) -> None:
            judgements = self._judge_stack(one, arguments.resources)
            if not judgements:
                roots = (each.urn for each in arguments.resources if each.resource_type == STACK_TYPE)
                root = next(roots, self.run.stack_urn)
                nothing = Judgement(one.name, root, STACK_TYPE)
                nothing.inapplicable_because = "the stack holds no resource that the rule is about"
                judgements = [nothing]
            self._settle(judgements, report)
            if all(judgement.answer == "not-applicable" for judgement in judgements):
                arguments.not_applicable(judgements[0].inapplicable_because)

        return validate

    def _judge_stack(self, one: Rule, resources: Sequence[PolicyResource]) -> list[Judgement]:
        """The rule's answers about the stack's outputs, and in an analysis about its inputs too, the worse one each.

        A state may have been changed in either, by hand or by a refresh, and the other would still look right.
        """
        judgements = self._judge_each(one, [Resource.of_state(each) for each in resources])
        if self.run.phase == "analysis":
            asked_for = [Resource.of_state(each, self.inputs.get(each.urn, {})) for each in resources]
            pairs = zip(judgements, self._judge_each(one, asked_for), strict=True)
            judgements = [max(pair, key=lambda judgement: _SEVERITY.index(judgement.answer)) for pair in pairs]
        return judgements

    def _judge_each(self, one: Rule, resources: Sequence[Resource]) -> list[Judgement]:
        stack = Stack(resources, self.run.jurisdiction)
        concerned = [resource for resource in resources if one.concerns(resource.resource_type)]
        return [one.judge(resource, stack if one.over == "stack" else None) for resource in concerned]

    def _settle(self, judgements: Sequence[Judgement], report: ReportViolation) -> None:
        """Logs and reports. Raises UndeterminedError last, in a preview, which keeps what was reported before."""
        failure = self.log.append(judgement.line() for judgement in judgements)
        if failure is not None:
            report(failure, None)
        undetermined: list[str] = []
        for judgement in judgements:
            for message in judgement.violations:
                report(self._message(judgement, message), judgement.urn)
            for message in judgement.unknowns:
                if self.run.phase == "preview":
                    undetermined.append(f"{judgement.urn.split('::')[-1]}: {message}")
                else:
                    report(self._message(judgement, f"undetermined: {message}"), judgement.urn)
        if undetermined:
            raise UndeterminedError("; ".join(undetermined))

    def _message(self, judgement: Judgement, message: str) -> str:
        return f"{message} [{', '.join(self.clauses[judgement.rule])}]"


def _report_about(one: Rule, report: ReportViolation, message: str, urn: str | None) -> None:
    report(f"{one.name}: {message}", urn)


def _judges_outputs_too(one: Rule) -> bool:
    """Whether a rule about inputs can be asked about outputs: in AWS both have the same properties, not in Azure."""
    return one.over == "resource" and all(each.startswith("aws:") for each in one.types)
