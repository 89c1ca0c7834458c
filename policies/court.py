"""Asks the rules about what the engine shows, and keeps what they answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from pulumi.runtime.proto.analyzer_pb2 import AnalyzerStackConfigureRequest
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    Severity,
    StackValidationPolicy,
)
from pydantic.alias_generators import to_camel

from policies.exemptions import Exemption
from policies.judgements import JudgementLog
from policies.resources import STACK_TYPE, Resource, Stack
from policies.rulebook import WEIGHT, Findings, Judgement, Rule
from policies.tables import jurisdictions, tls_reviewed
from policies.terms import AGREED_POLICY, HELD_BY, PLACES, Terms, schema


@dataclass(frozen=True)
class Run:
    """The conditions under which the engine asks."""

    phase: Literal["preview", "update", "analysis"]
    """What the engine does. Only in a preview may values be unknown; an analysis judges a state without the program."""
    terms: Terms
    """The stack's terms as configured; none are known when a state is analysed."""
    stack_urn: str

    @staticmethod
    def of_request(request: AnalyzerStackConfigureRequest) -> "Run":
        """Reads what the engine tells a pack before a preview or an update."""
        return Run(
            phase="preview" if request.dry_run else "update",
            terms=Terms.of_stack(request.project, request.config),
            stack_urn=(
                f"urn:pulumi:{request.stack}::{request.project}::{STACK_TYPE}::{request.project}-{request.stack}"
            ),
        )


ANALYSIS: Final = Run("analysis", Terms(), f"urn:pulumi:unknown::unknown::{STACK_TYPE}::unknown")
"""When the engine analyses a state it tells the pack nothing at all beforehand."""

OUTPUTS_POLICY: Final = "recorded-outputs-keep-the-rules"
"""The policy that asks the rules about inputs again, about the outputs of a state that is analysed."""

DECLARED_POLICY: Final = "resources-are-declared-not-read"
"""The policy that refuses what a program reads from the cloud (`X.get(...)`) instead of declaring it."""

EXEMPTIONS_POLICY: Final = "exemptions-are-sound"
"""The policy that refuses an exemption which has expired or that nothing needs."""

TABLES_POLICY: Final = "tables-are-recent"
"""The policy that warns of a dated table that nobody has compared with the clouds for long."""

MOST_REACHED: Final = 5
"""How many resources one exemption may be for."""

LONGEST_UNREVIEWED: Final = timedelta(days=365)
"""How long a dated table counts as recent; clouds bring stronger settings every year."""

LOG_POLICY: Final = "judgements-are-logged"
"""The policy that is violated when the log of judgements can't be written."""

_SHOWN: Final = "the engine shows everything in a state one by one"
_READ: Final = "it is read from the cloud, so that nobody judged how it is set up: declare it, or import it"

_OWN: Final = {
    OUTPUTS_POLICY: "A state may have been changed in its outputs alone, by hand or by a refresh.",
    DECLARED_POLICY: "How a resource is set up that is only read was judged by no rule over single resources.",
    EXEMPTIONS_POLICY: "An exemption that has expired, that reaches too far or that nothing needs hides violations.",
    TABLES_POLICY: "What was the strongest setting a year ago may be a weak one today.",
    LOG_POLICY: "What isn't logged can't be shown to anybody.",
    AGREED_POLICY: "A stack whose terms aren't those of the contract breaks it, whatever the rules say.",
}
"""The court's own policies, from which nothing is exempt."""


@dataclass(frozen=True)
class Opinion:
    """A judgement, and the policy under whose name the engine hears of it."""

    policy: str
    judgement: Judgement


@dataclass
class Court:
    """Asks every rule that concerns a resource, logs each answer."""

    rules: Sequence[Rule]
    clauses: Mapping[str, Sequence[str]]
    """The documents' clauses that each rule stands for, computed from the controls."""
    log: JudgementLog
    exemptions: Sequence[Exemption] = ()
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    run: Run = ANALYSIS
    """Set when the engine says what it does, before it asks anything."""
    agreed: Terms = field(default_factory=Terms)
    """What the pack's configuration says."""
    misconfigured_because: str | None = None
    """Why the pack's configuration can't be used."""
    _inputs: dict[str, Resource] = field(default_factory=dict[str, Resource])
    """Each resource's inputs by URN: the engine shows them before it shows the stack's outputs."""
    _asked: set[str] = field(default_factory=set[str])
    """The rules that have had something to judge."""
    _reached: dict[Exemption, set[str]] = field(default_factory=dict[Exemption, set[str]])
    """The exemptions without which something would be a violation, with the resources' URNs."""
    _by_type: dict[tuple[str, str], Sequence[Rule]] = field(default_factory=dict[tuple[str, str], Sequence[Rule]])

    def policies(self) -> list[Policy]:
        """What the engine is told of the pack: one mandatory policy a rule, and the court's own.

        All are named as policies over the stack; rules over resources answer resource by resource all the same. Of
        policies over resources the engine takes each that isn't named in an answer for one that passed, and tells
        whoever listens of all that passed, resource by resource and twice: with hundreds of rules that, or naming
        those that are about other types, costs as much as judging.
        """
        return [
            *(_policy(each.name, each.summary, self.clauses[each.name]) for each in self.rules),
            *(
                _policy(name, description, (), schema() if name == AGREED_POLICY else None)
                for name, description in _OWN.items()
            ),
        ]

    def judge(self, resource: Resource) -> list[Opinion]:
        """What the rules over single resources say of one that is about to be registered."""
        self._inputs[resource.urn] = resource
        return self._settle(
            [Opinion(each.name, each.judge(resource)) for each in self._concerned("resource", resource)]
        )

    def judge_stack(self, resources: Sequence[Resource]) -> list[Opinion]:
        """What the rules over the whole stack say of it, and what has to be said at the end of a run."""
        read = [each for each in resources if each.urn not in self._inputs]
        roots = [each.urn for each in resources if each.resource_type == STACK_TYPE]
        root = roots[0] if roots else self.run.stack_urn
        if not roots:
            # What is asked about the stack as a whole is asked even if somebody has taken its root out of a state.
            resources = [*resources, Resource(STACK_TYPE, root, root.rpartition("::")[2], {})]
        opinions = self._opinions([each.placed_by(self._inputs.get(each.urn)) for each in resources], "stack")
        if self.run.phase == "analysis":
            # A state may have been changed in either, by hand or by a refresh, and the other would still look right.
            asked_for = [each.with_inputs(self._inputs.get(each.urn)) for each in resources]
            pairs = zip(opinions, self._opinions(asked_for, "stack"), strict=True)
            opinions = [max(pair, key=lambda opinion: WEIGHT[opinion.judgement.answer]) for pair in pairs]
            # In AWS inputs and outputs have the same properties, in Azure they haven't.
            outputs_like_inputs = {one.name for one in self.rules if all(each.startswith("aws:") for each in one.types)}
            opinions += [
                Opinion(OUTPUTS_POLICY, opinion.judgement)
                for opinion in self._opinions(resources, "resource")
                if opinion.policy in outputs_like_inputs
            ]
        settled = self._settle(opinions)
        stack = Stack(resources, self.run.terms)
        return [
            *settled,
            *self._settle(self._about_agreement(stack, root)),
            *self._settle(self._about_reads(read, root)),
            *self._settle(self._about_exemptions(stack, root)),
            *self._settle(self._about_tables(root)),
            *self._settle(self._idle(root)),
        ]

    def _opinions(self, resources: Sequence[Resource], over: Literal["resource", "stack"]) -> list[Opinion]:
        stack = Stack(resources, self.run.terms)
        return [
            Opinion(one.name, one.judge(resource, stack if over == "stack" else None))
            for resource in stack.resources
            for one in self._concerned(over, resource)
        ]

    def _concerned(self, over: Literal["resource", "stack"], resource: Resource) -> Sequence[Rule]:
        key = (over, resource.resource_type)
        if key not in self._by_type:
            found = [each for each in self.rules if each.over == over and each.concerns(resource.resource_type)]
            self._by_type[key] = found
            self._asked.update(each.name for each in found)
        return self._by_type[key]

    def _settle(self, opinions: Sequence[Opinion]) -> list[Opinion]:
        """Exempts what is allowed, and logs every answer."""
        for opinion in opinions:
            self._exempt(opinion.judgement)
        failure = self.log.append(opinion.judgement.line() for opinion in opinions)
        if failure is None:
            return list(opinions)
        return [*opinions, Opinion(LOG_POLICY, Judgement(LOG_POLICY, self.run.stack_urn, STACK_TYPE, [failure]))]

    def _exempt(self, judgement: Judgement) -> None:
        if judgement.rule in _OWN or judgement.failed or judgement.answer not in ("violated", "undetermined"):
            return
        for exemption in self.exemptions:
            if exemption.covers(judgement.rule, judgement.urn, judgement.resource_type):
                self._reached.setdefault(exemption, set()).add(judgement.urn)
                if exemption.problem(self.today) is None:
                    judgement.exempted_because = f"exempted {exemption}"

    def _about_agreement(self, stack: Stack, root: str) -> list[Opinion]:
        about = Judgement(AGREED_POLICY, root, STACK_TYPE)
        if self.misconfigured_because is not None:
            about.violations.append(self.misconfigured_because)
        elif not self.agreed.model_dump(exclude_none=True):
            about.inapplicable_because = "the pack's configuration names no terms"
        else:
            about.collect(self._disagreements(stack))
        return [Opinion(AGREED_POLICY, about)]

    def _disagreements(self, stack: Stack) -> Findings:
        for name, agreed in self.agreed.model_dump(exclude_none=True).items():
            said = stack.terms(name)
            if said != {agreed}:
                yield (
                    f"the stack's {to_camel(name)} {_differs(said, agreed)}: set {PLACES[name]} in the stack file, or "
                    f"correct the pack's configuration{self._clauses(*HELD_BY[name])}"
                )

    def _clauses(self, *rules: str) -> str:
        """The clauses that rules stand for, as a message shows them, which is of a policy that stands for none."""
        found = dict.fromkeys(clause for each in rules for clause in self.clauses.get(each, ()))
        return f" [{', '.join(found)}]" if found else ""

    def _about_reads(self, read: Sequence[Resource], root: str) -> list[Opinion]:
        """The engine asks about a resource by itself only if it is registered, but shows what is read in the stack."""
        if self.run.phase == "analysis":
            return [Opinion(DECLARED_POLICY, Judgement(DECLARED_POLICY, root, STACK_TYPE, inapplicable_because=_SHOWN))]
        if not read:
            return [Opinion(DECLARED_POLICY, Judgement(DECLARED_POLICY, root, STACK_TYPE))]
        return [
            Opinion(DECLARED_POLICY, Judgement(DECLARED_POLICY, each.urn, each.resource_type, [_READ])) for each in read
        ]

    def _about_exemptions(self, stack: Stack, root: str) -> list[Opinion]:
        about = Judgement(EXEMPTIONS_POLICY, root, STACK_TYPE)
        for exemption in self.exemptions:
            if not root.startswith(f"urn:pulumi:{exemption.stack}::"):
                continue
            problem = exemption.problem(self.today) or self._misfit(exemption, stack)
            if problem is not None:
                about.violations.append(
                    f"the exemption of {exemption.resource} from {exemption.rule} in policies/exemptions.toml {problem}"
                    f"{self._clauses(exemption.rule)}"
                )
        return [Opinion(EXEMPTIONS_POLICY, about)]

    def _misfit(self, exemption: Exemption, stack: Stack) -> str | None:
        """What is wrong with an exemption for what it was needed for in this run."""
        reached = self._reached.get(exemption)
        if reached is None:
            return "is needed by nothing: remove it"
        tenants = {stack.tenant(each) for each in stack.resources if each.urn in reached} - {None}
        if len(reached) > MOST_REACHED or len(tenants) > 1:
            return f"reaches {len(reached)} resources: name {MOST_REACHED} at most, and of one tenant"
        return None

    def _about_tables(self, root: str) -> list[Opinion]:
        about = Judgement(TABLES_POLICY, root, STACK_TYPE)
        reviewed = tls_reviewed()
        if self.today - reviewed > LONGEST_UNREVIEWED:
            about.warnings.append(
                f"policies/tls.toml was reviewed on {reviewed}: compare it with what the clouds offer, and date it anew"
            )
        return [Opinion(TABLES_POLICY, about)]

    def _idle(self, root: str) -> list[Opinion]:
        """An answer of each rule that had nothing to judge: a rule without any is one that didn't run."""
        reason = "the stack holds no resource that the rule is about"
        return [
            Opinion(each.name, Judgement(each.name, root, STACK_TYPE, inapplicable_because=reason))
            for each in self.rules
            if each.name not in self._asked
        ]


def _differs(said: Collection[object], agreed: object) -> str:
    """How a term differs from what was agreed; its values are shown where they can't be a secret or a person's."""
    known = {*jurisdictions().aws, *jurisdictions().azure}
    if not all(isinstance(each, int) or each in known for each in (*said, agreed)):
        return "is not the one that was agreed"
    return f"is {' and '.join(sorted(map(str, said))) or 'not said'}, agreed is {agreed}"


def _policy(
    name: str,
    description: str,
    clauses: Sequence[str],
    configuration: PolicyConfigSchema | None = None,
) -> Policy:
    return StackValidationPolicy(
        name=name,
        description=description,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=configuration,
        severity=Severity.HIGH,
        tags=list(clauses),
        validate=_judged_elsewhere,
    )


def _judged_elsewhere(*_: object) -> None:
    raise NotImplementedError("the analyzer asks the court")
