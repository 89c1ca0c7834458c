"""Puts the pack together: the rules found, the clauses they stand for, the conditions of this run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi.runtime.proto.analyzer_pb2 import AnalyzerStackConfigureRequest, AnalyzerStackConfigureResponse
from pulumi_policy import Policy
from pulumi_policy.policy import _PolicyAnalyzerServicer  # pyright: ignore[reportPrivateUsage]  # see listen_to_engine

import policies.rules
from policies.judgements import ENVIRONMENT_VARIABLE, JudgementLog
from policies.register import clauses_by_rule, load_register
from policies.rulebook import Court, Rule, Run, discover

NAME: Final = "technical-measures"

_DIRECTORY: Final = Path(__file__).parent


@dataclass(frozen=True)
class Pack:
    """What the engine is given."""

    rules: tuple[Rule, ...]
    clauses: Mapping[str, list[str]]
    policies: list[Policy]
    court: Court


def make_pack(version: str, environment: Mapping[str, str] = os.environ) -> Pack:
    """The pack for one run. Raises RegisterError or ValueError when rules and controls don't fit together."""
    rules = discover(policies.rules)
    clauses = clauses_by_rule(load_register(_DIRECTORY / "controls", [rule.name for rule in rules]))
    header = {
        "pack": {
            "name": NAME,
            "version": version,
            "rules": {rule.name: {"clauses": clauses[rule.name], "summary": rule.summary} for rule in rules},
        }
    }
    file = environment.get(ENVIRONMENT_VARIABLE)
    log = JudgementLog(Path(file) if file else None, header)
    court = Court(clauses, log)
    return Pack(rules, clauses, court.policies(rules), court)


def listen_to_engine(court: Court) -> None:
    """Lets the court know whether the engine previews or updates, and with which configuration.

    The engine says so in a request of which the SDK takes only the tags. Environment variables say the same, but only
    where the pack isn't started by a language host.
    """
    take_tags = _PolicyAnalyzerServicer.ConfigureStack

    def configure_stack(
        self: _PolicyAnalyzerServicer, request: AnalyzerStackConfigureRequest, _context: object
    ) -> AnalyzerStackConfigureResponse:
        court.run = Run.of_request(request)
        return take_tags(self, request, _context)

    _PolicyAnalyzerServicer.ConfigureStack = configure_stack
