"""Asks the proofs about a stack as the program declares it, whole or changed as an attacker would change it."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import policies.proofs
from policies.resources import Resource, Stack
from policies.rulebook import discover
from policies.terms import Terms

Declared = list[dict[str, Any]]
Change = Callable[["Attack"], None]


class Attack:
    """A declared stack that can be changed: resources by type and name, policy documents by statement."""

    def __init__(self, resources: Sequence[Mapping[str, Any]]) -> None:
        self.resources: Declared = [
            {**copy.deepcopy(dict(each)), "outputs": copy.deepcopy(each["outputs"])} for each in resources
        ]
        for each in self.resources:
            if each["type"] == "aws:s3/bucket:Bucket":
                each["outputs"]["arn"] = f"arn:aws:s3:::{each['outputs']['bucket']}"

    def find(self, kind: str, name: str) -> dict[str, Any]:
        """The properties of a resource."""
        found = [each for each in self.resources if each["type"] == kind and each["name"] == name]
        assert len(found) == 1, (kind, name, len(found))
        return found[0]["outputs"]

    def add(self, kind: str, name: str, *, beside: tuple[str, str], **properties: Any) -> None:
        """Adds a resource with the parent of another one."""
        other = next(each for each in self.resources if (each["type"], each["name"]) == beside)
        urn = f"urn:pulumi:test::hosting::{kind}::{name}"
        self.resources.append(
            {"type": kind, "name": name, "urn": urn, "parent": other["parent"], "outputs": properties, "sources": {}}
        )

    def document(
        self, kind: str, name: str, change: Callable[[list[dict[str, Any]]], None], of: str = "policy"
    ) -> None:
        """Changes the statements of a policy document."""
        properties = self.find(kind, name)
        content = json.loads(properties[of])
        change(content["Statement"])
        properties[of] = json.dumps(content)

    def statement(self, kind: str, name: str, sid: str, of: str = "policy", **parts: Any) -> None:
        """Replaces parts of a statement; None takes one out."""

        def change(statements: list[dict[str, Any]]) -> None:
            found = next(each for each in statements if each["Sid"] == sid)
            found |= parts
            for part in [part for part, value in parts.items() if value is None]:
                del found[part]

        self.document(kind, name, change, of)

    def judged(self, *names: str) -> dict[str, list[str]]:
        """The answers that aren't passes by proof, of those named (else all) that have any."""
        stack = Stack(
            [
                Resource(
                    each["type"],
                    each["urn"],
                    each["name"],
                    each["outputs"],
                    parent_urn=each["parent"] or None,
                    depends_on=each["sources"],
                )
                for each in self.resources
            ],
            Terms(jurisdiction="us"),
        )
        found: dict[str, list[str]] = {}
        for rule in discover(policies.proofs):
            if rule.module.rpartition(".")[2] not in ("decryption", "separation", "copies"):
                continue
            if names and rule.name not in names:
                continue
            for resource in stack.resources:
                if rule.concerns(resource.resource_type):
                    judgement = rule.judge(resource, stack)
                    answers = [*judgement.violations, *(f"undetermined: {each}" for each in judgement.unknowns)]
                    found.setdefault(rule.name, []).extend(answers)
        return {name: answers for name, answers in found.items() if answers}
