"""Asks rules as the engine does: through the analyzer that pulumi_policy serves, only without the network between."""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

import policies
from policies import loading
from policies.analyzer import Analyzer
from policies.court import (
    AGREED_POLICY,
    DECLARED_POLICY,
    EXEMPTIONS_POLICY,
    LOG_POLICY,
    OUTPUTS_POLICY,
    TABLES_POLICY,
    Court,
    Run,
)
from policies.judgements import JudgementLog
from policies.recording import Recorder
from policies.rulebook import Rule
from policies.terms import Terms

UNKNOWN = UNKNOWN_STRING_VALUE
STACK_URN = "urn:pulumi:test::hosting::pulumi:pulumi:Stack::hosting-test"


@dataclass
class Verdict:
    """What the engine is told by one rule."""

    violations: list[str] = field(default_factory=list)
    urns: list[str] = field(default_factory=list)
    undetermined: list[str] = field(default_factory=list)
    not_applicable: bool = False

    @property
    def answer(self) -> str:
        if self.violations:
            return "violated"
        if self.undetermined:
            return "undetermined"
        return "not-applicable" if self.not_applicable else "passed"


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


class Engine:
    """The engine's side of a policy pack. Resources are mappings by name, as in the samples below `rules/`."""

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        phase: str = "preview",
        jurisdiction: str | None = "us",
        log: JudgementLog | None = None,
        **options: Any,
    ) -> None:
        run = Run(phase, Terms(jurisdiction=jurisdiction), STACK_URN)
        self.registered: set[str] = set()
        clauses = {rule.name: ["Aware 6.c"] for rule in rules}
        self.rules = rules
        self.court = Court(rules, clauses, log or JudgementLog(None, {}), run=run, **options)
        self.servicer = Analyzer(
            self.court, Recorder(None), "pack", "1.0.0", self.court.policies(), EnforcementLevel.MANDATORY
        )

    def ask(self, resources: Mapping[str, Mapping[str, Any]]) -> Verdict:
        """The verdict on a stack; a rule over single resources is asked about the first."""
        if self.rules[0].over == "resource":
            verdict = self._verdict(self.analyze(resources))
            # A rule that wasn't asked says so at the end.
            verdict.not_applicable |= self._verdict(self.analyze_stack({})).not_applicable
            return verdict
        return self._verdict(self.analyze_stack(resources))

    def analyze(self, resources: Mapping[str, Mapping[str, Any]]) -> Any:
        return self._register(next(iter(resources)), resources)

    def _register(self, key: str, resources: Mapping[str, Mapping[str, Any]]) -> Any:
        resource = resources[key]
        self.registered.add(urn(key, resources))
        request = proto.AnalyzeRequest(
            type=resource["type"],
            properties=_struct(resource.get("properties", {})),
            urn=urn(key, resources),
            name=resource.get("name", key),
            options=self._options(resource, resources),
            provider=self._provider(resource),
        )
        return self.servicer.Analyze(request, None)

    def analyze_stack(self, resources: Mapping[str, Mapping[str, Any]], *, read: Collection[str] = ()) -> Any:
        """What the pack says of the stack, after each resource was registered but for those that the program reads."""
        for key in resources:
            if self.court.run.phase != "analysis" and key not in read and urn(key, resources) not in self.registered:
                self._register(key, resources)
        request = proto.AnalyzeStackRequest(
            resources=[
                proto.AnalyzerResource(
                    type=resource["type"],
                    properties=_struct(resource.get("properties", {})),
                    urn=urn(key, resources),
                    name=resource.get("name", key),
                    options=self._options(resource, resources),
                    provider=self._provider(resource),
                    parent=urn(resource["parent"], resources) if "parent" in resource else "",
                    propertyDependencies={
                        name: proto.AnalyzerPropertyDependencies(urns=[urn(source, resources) for source in sources])
                        for name, sources in resource.get("dependencies", {}).items()
                    },
                )
                for key, resource in resources.items()
            ]
        )
        return self.servicer.AnalyzeStack(request, None)

    def _options(self, resource: Mapping[str, Any], resources: Mapping[str, Mapping[str, Any]]) -> Any:
        parent = urn(resource["parent"], resources) if "parent" in resource else ""
        return proto.AnalyzerResourceOptions(
            protect=resource.get("protect", False),
            ignoreChanges=resource.get("ignoreChanges", []),
            aliases=resource.get("aliases", []),
            parent=parent,
        )

    def _provider(self, resource: Mapping[str, Any]) -> Any:
        cloud = resource["type"].split(":")[0]
        if "provider" not in resource:
            return None
        return proto.AnalyzerProviderResource(
            type=f"pulumi:providers:{cloud}",
            properties=_struct(resource["provider"]),
            urn=f"urn:pulumi:test::hosting::pulumi:providers:{cloud}::{cloud}",
            name=cloud,
        )

    @staticmethod
    def _verdict(response: Any) -> Verdict:
        own = (TABLES_POLICY, AGREED_POLICY, DECLARED_POLICY, EXEMPTIONS_POLICY, LOG_POLICY, OUTPUTS_POLICY)
        verdict = Verdict(not_applicable=any(each.policy_name not in own for each in response.not_applicable))
        for diagnostic in response.diagnostics:
            if diagnostic.enforcementLevel == proto.MANDATORY:
                verdict.violations.append(diagnostic.message)
                verdict.urns.append(diagnostic.urn)
            else:
                verdict.undetermined.append(diagnostic.message)
        return verdict


def urn(key: str, resources: Mapping[str, Mapping[str, Any]]) -> str:
    """The URN of the resource that the stack calls `key`."""
    resource = resources[key]
    types = [resource["type"]]
    while "parent" in resource:
        resource = resources[resource["parent"]]
        types.insert(0, resource["type"])
    return f"urn:pulumi:test::hosting::{'$'.join(types)}::{resources[key].get('name', key)}"


@pytest.fixture
def engine() -> Callable[..., Engine]:
    """Makes an engine for some rules."""
    return Engine


@pytest.fixture
def unknown() -> str:
    """What a value looks like that isn't known before the update."""
    return UNKNOWN


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PULUMI_PROJECT", "PULUMI_STACK", "PULUMI_DRY_RUN", "PULUMI_CONFIG", "HOSTING_JUDGEMENTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tables_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the pack's tables, which are read from there, and not before they are asked for."""
    shutil.copytree(
        loading.FOLDER,
        tmp_path,
        dirs_exist_ok=True,
        ignore=lambda _, names: [n for n in names if n.endswith((".py", "__pycache__", ".yaml"))],
    )
    tables = loading.tables_of(policies)
    monkeypatch.setattr(loading, "FOLDER", tmp_path)
    for table in tables:
        vars(table).pop("_content", None)
    yield tmp_path
    for table in tables:
        vars(table).pop("_content", None)
