"""The report after every preview and update: which rules ran on what, what they found, and what they could not see.

It is folded from the lines that the policy pack wrote while it judged and from the engine's own record of findings; a
rule without a single line makes the report incomplete, and an incomplete report is a failure.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pulumi.automation import OpType
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.markup import escape

from hosting.engine import Run
from hosting.words import counted
from policies.rulebook import WEIGHT, Answer

_BRACKETS: Final = re.compile(r"\(([^()]*)\)")

_ENDING = (OpType.DELETE, OpType.DELETE_REPLACED, OpType.DISCARD_REPLACED)
"""Steps of objects that end, which the engine shows to no rule; what comes in their place it does show."""


class Rule(BaseModel):
    """A rule of the pack: the clauses that stand on it and what it demands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    clauses: tuple[str, ...] = ()
    summary: str = ""


class Judgement(BaseModel):
    """A rule's answer on one resource."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rule: str
    urn: str
    type: str = ""
    answer: Answer
    messages: tuple[str, ...] = ()


class Pack(BaseModel):
    """The pack that judged."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    version: str
    rules: dict[str, Rule]


class Report(BaseModel):
    """What the policy pack said in one run."""

    model_config = ConfigDict(frozen=True)

    pack: Pack | None
    judgements: tuple[Judgement, ...]
    problems: tuple[str, ...] = ()
    """Why the report can't be trusted."""

    @property
    def violations(self) -> list[Judgement]:
        """The findings that stop a deployment."""
        return [judgement for judgement in self.judgements if judgement.answer == "violated"]

    @property
    def undetermined(self) -> list[Judgement]:
        """The answers that wait for values which aren't known yet."""
        return [judgement for judgement in self.judgements if judgement.answer == "undetermined"]

    @property
    def warned(self) -> list[Judgement]:
        """What people should see to soon."""
        return [judgement for judgement in self.judgements if judgement.answer == "warned"]

    @property
    def exempted(self) -> list[Judgement]:
        """The findings that somebody has allowed for a while; the first message of each says who and why."""
        return [judgement for judgement in self.judgements if judgement.answer == "exempted"]

    @property
    def passes(self) -> bool:
        """Whether the pack has nothing against what was judged, and judged it all."""
        return not self.violations and not self.problems


def fold(file: Path, expected_rules: Iterable[str], run: Run) -> Report:
    """The report of the `run` during which `file` was written.

    Every one of `expected_rules`, the names of all rules of the pack, must have answered; every resource of a cloud
    that the run went through must have been judged; every finding that the engine received must be in the file.
    """
    pack: Pack | None = None
    answers: dict[tuple[str, str], Judgement] = {}
    problems: list[str] = []
    lines = file.read_text().splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            content = json.loads(line)
            if "pack" in content:
                pack = Pack.model_validate(content["pack"])
                continue
            judgement = Judgement.model_validate(content)
        except (ValueError, ValidationError):
            problems.append(f"Line {number} of the policy pack's answers can't be read.")
            continue
        key = (judgement.rule, judgement.urn)
        if key not in answers or WEIGHT[judgement.answer] >= WEIGHT[answers[key].answer]:
            answers[key] = judgement
    judged = {rule for rule, _ in answers}
    silent = sorted(set(expected_rules) - judged)
    if silent:
        problems.append(f"{counted(len(silent), 'rule')} gave no answer at all: {', '.join(silent)}.")
    judged_urns = {urn for _, urn in answers}
    missed = {step.urn for step in run.steps if step.is_in_cloud and step.operation not in _ENDING} - judged_urns
    if missed:
        problems.append(f"No rule judged {counted(len(missed), 'resource')}.")
    for rule, urn in run.policy_violations:
        known = answers.get((rule, urn))
        if known is None or known.answer != "violated":
            answers[rule, urn] = Judgement(rule=rule, urn=urn, answer="violated", messages=("see the engine's output",))
    return Report(pack=pack, judgements=tuple(answers.values()), problems=tuple(problems))


def show(report: Report, console: Console, *, whole: bool, refusals: Sequence[str] = ()) -> None:
    """Prints the report: violations with clause and mend, the gate's `refusals`, what is undetermined, and the counts.

    What a rule says alike of several resources stands once, below all of them. What concerns few of them comes first:
    of one mistake's consequences most are what many have in common. `whole` is false for a run that the cloud or the
    engine ended early, in which rules are bound to be missing.
    """
    rules = report.pack.rules if report.pack else {}

    def say(line: str) -> None:
        console.print(line, soft_wrap=True)

    alike: dict[tuple[str, tuple[str, ...]], list[Judgement]] = {}
    for violation in sorted(report.violations, key=lambda each: (each.rule, each.urn)):
        alike.setdefault((violation.rule, merged(violation.messages)), []).append(violation)
    for (rule, messages), violations in sorted(alike.items(), key=lambda each: (len(each[1]), each[0])):
        # The pack's own checks stand for no clause; where they are about some, their messages name them.
        clauses = f" [{', '.join(rules[rule].clauses)}]" if rule in rules else ""
        for resources in _by_type(violations):
            say(f"[red]violation[/] {escape(f'{rule}: {resources}{clauses}')}")
        for message in messages:
            say(f"    {escape(message)}")
    for refusal in refusals:
        say(f"[red]refused[/] {escape(refusal)}")
    for exempted in sorted(report.exempted, key=lambda each: (each.rule, each.urn)):
        say(f"[yellow]exempted[/] {escape(f'{exempted.rule}: {_resource(exempted)}')}")
        say(f"    {escape(exempted.messages[0])}")
    for warned in report.warned:
        say(f"[yellow]warning[/] {escape(f'{warned.rule}: {warned.messages[0]}')}")
    waiting = report.undetermined
    if waiting:
        say(f"[yellow]undetermined[/] until values are known: {', '.join(sorted({each.rule for each in waiting}))}")
    for problem in report.problems if whole else ("The run ended before every rule had judged.",):
        say(f"[red]{escape(problem)}[/]")
    judged = len({judgement.urn for judgement in report.judgements if judgement.answer != "not-applicable"})
    ran = len({judgement.rule for judgement in report.judgements})
    touched = len({judgement.rule for judgement in report.judgements if judgement.answer != "not-applicable"})
    say(
        f"[{'green' if report.passes else 'red'}]Policy[/]: {counted(ran, 'rule')} ran, {touched} of them had "
        f"something to judge, {counted(judged, 'resource')} judged, {counted(len(report.violations), 'violation')}, "
        f"{len(waiting)} undetermined" + (f", {len(report.exempted)} exempted." if report.exempted else ".")
    )


def merged(messages: Sequence[str]) -> tuple[str, ...]:
    """The messages; those that differ only in what stands in their one pair of brackets as one that lists it all."""
    found: dict[tuple[str, ...], list[str]] = {}
    for message in messages:
        before, *inside, after = _BRACKETS.split(message) if len(_BRACKETS.findall(message)) == 1 else (message, "")
        found.setdefault((before, after), []).extend(inside)
    return tuple(
        f"{before}({', '.join(dict.fromkeys(inside))}){after}" if inside else before
        for (before, after), inside in found.items()
    )


def _by_type(judgements: Iterable[Judgement]) -> list[str]:
    """What was judged, a text a type with the names of all."""
    found: dict[str, list[str]] = {}
    for judgement in judgements:
        kind, _, name = _resource(judgement).partition(" ")
        found.setdefault(kind, []).append(name)
    return [f"{kind} {', '.join(names)}" for kind, names in found.items()]


def _resource(judgement: Judgement) -> str:
    """The type and logical name of what was judged."""
    *_, qualified_type, name = ["", *judgement.urn.split("::")]
    return f"{judgement.type or qualified_type.rsplit('$', 1)[-1]} {name}"
