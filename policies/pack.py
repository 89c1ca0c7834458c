"""Puts the pack together: the rules found, the clauses they stand for, the conditions of this run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi_policy import Policy

import policies.proofs
import policies.rules
from policies import judgements, recording
from policies.court import Court
from policies.exemptions import load_exemptions
from policies.judgements import JudgementLog
from policies.loading import tables_of
from policies.recording import Recorder
from policies.register import clauses_by_rule, load_register
from policies.rulebook import Rule, discover

NAME: Final = "technical-measures"


@dataclass(frozen=True)
class Pack:
    """What the engine is given."""

    rules: tuple[Rule, ...]
    clauses: Mapping[str, list[str]]
    policies: list[Policy]
    court: Court
    recorder: Recorder


def all_rules() -> tuple[Rule, ...]:
    """Every rule of the pack, the proofs among them, by name."""
    return discover(policies.rules, policies.proofs)


def make_pack(version: str, environment: Mapping[str, str] = os.environ) -> Pack:
    """The pack for one run, once every table is read. Raises TableError for one that can't be used."""
    for table in tables_of(policies):
        table()
    rules = all_rules()
    names = [rule.name for rule in rules]
    clauses = clauses_by_rule(load_register(names))
    header = {
        "pack": {
            "name": NAME,
            "version": version,
            "rules": {rule.name: {"clauses": clauses[rule.name], "summary": rule.summary} for rule in rules},
        }
    }
    log = JudgementLog(_file(environment, judgements.ENVIRONMENT_VARIABLE), header)
    recorder = Recorder(_file(environment, recording.ENVIRONMENT_VARIABLE))
    court = Court(rules, clauses, log, load_exemptions(names, _stacks()))
    return Pack(rules, clauses, court.policies(), court, recorder)


def _stacks() -> set[str]:
    """The names of the stacks: each has its file beside the pack's folder."""
    return {each.name.split(".")[1] for each in Path(__file__).parents[1].glob("Pulumi.*.yaml")}


def _file(environment: Mapping[str, str], variable: str) -> Path | None:
    name = environment.get(variable)
    return Path(name) if name else None
