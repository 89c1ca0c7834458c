"""The page `docs/controls.md`: every measure of both documents, what it stands on, and what previews saw of it.

Nothing on it is typed: measures come from the register, numbers from previews of the checkout's own stacks.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from hosting.report import Report
from hosting.words import counted
from policies.register import DOCUMENTS, Control, Register

STACKS: Final = ("useast", "ci-us", "identity")
"""The stacks that are previewed for the page: one of each service."""

_HEAD: Final = """# What each measure stands on

Every measure of the two documents, in their order, in our own words. This page is written by `make controls` from the
register (`policies/controls/`) and from previews of the stacks {stacks}; CI refuses it when it is out of date.

- **enforced**: rules refuse at deploy time what breaks it; the number is of resources that they judged in these stacks.
  *In the update* judge those that need values which no preview knows, *idle* are those about what these stacks lack.
- **evidenced**: a report or a log shows it. **inherited**: it is the hosting provider's. **organisational**: it is done
  by people. **not met**: with the reason.

{counts}
"""


def judged_resources(reports: Sequence[Report]) -> Mapping[str, set[str]]:
    """The URNs of what each rule judged and let pass, over all reports; none of a rule that waits for values only."""
    judged: dict[str, set[str]] = {}
    for report in reports:
        for judgement in report.judgements:
            if judgement.answer in ("passed", "warned"):
                judged.setdefault(judgement.rule, set()).add(judgement.urn)
            elif judgement.answer != "not-applicable":
                judged.setdefault(judgement.rule, set())
    return judged


def render(register: Register, judged: Mapping[str, set[str]]) -> str:
    """The page as Markdown."""
    kinds = [control.kind for control in register.values()]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds), key=kinds.index))
    head = _HEAD.format(
        stacks=", ".join(f"`{stack}`" for stack in STACKS), counts=f"{counted(len(kinds), 'measure')}: {counts}."
    )
    parts = [head]
    for document, entries in groupby(register.items(), key=lambda entry: _document(entry[0])):
        parts.append(f"\n## {document}\n\n| measure | what it promises | status | stands on |\n|---|---|---|---|\n")
        for clause, control in entries:
            cells = (
                clause.removeprefix(f"{document} "),
                control.summary,
                _status(control, judged),
                _grounds(control, judged),
            )
            parts.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n")
    return "".join(parts)


def _document(clause: str) -> str:
    return next(name for name in DOCUMENTS.values() if clause.startswith(f"{name} "))


def _status(control: Control, judged: Mapping[str, set[str]]) -> str:
    if not control.rules:
        return control.kind
    seen = set[str]().union(*(judged.get(rule, set[str]()) for rule in control.rules))
    return f"{control.kind}, " + (f"seen on {counted(len(seen), 'resource')}" if seen else "but touched nothing")


def _grounds(control: Control, judged: Mapping[str, set[str]]) -> str:
    rules = [
        f"`{rule}`" + ("" if judged.get(rule) else " (in the update)" if rule in judged else " (idle)")
        for rule in control.rules
    ]
    owner = f"Owner: {control.owner}." if control.owner else None
    limits = f"Limits: {control.limits}" if control.limits else None
    rest = " ".join(filter(None, (control.reason, control.evidence, owner, limits)))
    return "<br>".join(filter(None, (", ".join(rules), rest)))
