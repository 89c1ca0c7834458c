"""Asks a maintained evaluator what the declared policies let whom do: role, boundary and resource policy together.

`@cloud-copilot/iam-simulate`, pinned in tools/iam-simulate and installed there by the first use, runs as a process of
its own.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).parents[4] / "tools" / "iam-simulate"
INSTALLED = Path(__file__).parents[4] / ".hosting" / "iam-simulate"
ACCOUNT = "123456789012"
PREFIX = "hostco-ci-us"

Values = str | list[str]


class Evaluator:
    """Gives the decision on one request at a time: Allowed, ImplicitlyDenied or ExplicitlyDenied."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def decide(self, simulation: Mapping[str, Any]) -> str:
        """The decision. Raises AssertionError where the evaluator refused the question or ignored a part of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(simulation) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer.get("ignored") == [], answer
        return answer["decision"]


@pytest.fixture(scope="session")
def evaluator() -> Iterator[Evaluator]:
    """The evaluator, installed by the first use in the folder that git ignores."""
    npm = shutil.which("npm")
    assert npm, "npm is missing, which the evaluator of policies needs: install Node.js 20 or newer"
    lock = (TOOL / "package-lock.json").read_text()
    if not (INSTALLED / "ready").exists() or (INSTALLED / "ready").read_text() != lock:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(TOOL / name, INSTALLED)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, check=True)
        (INSTALLED / "ready").write_text(lock)
    shutil.copy(TOOL / "evaluate.mjs", INSTALLED)
    with subprocess.Popen(
        ["node", "evaluate.mjs"], cwd=INSTALLED, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Evaluator(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass(frozen=True)
class Principal:
    """Who asks, with what the session says of itself, and with rights of its own where it is of another account."""

    name: str
    context: Mapping[str, Values]
    rights: Mapping[str, Any] | None = None


class Policies:
    """The policies of a declared stack, by what they belong to."""

    def __init__(self, resources: Sequence[Mapping[str, Any]], evaluator: Evaluator) -> None:
        self._resources, self._evaluator = resources, evaluator
        self.roles = {inputs["name"]: inputs for inputs in self._inputs("aws:iam/role:Role")}
        self._rights = {
            inputs["name"]: read(inputs["policy"]) for inputs in self._inputs("aws:iam/rolePolicy:RolePolicy")
        }
        self._boundaries = {
            f"arn:aws:iam::{ACCOUNT}:policy/{inputs['name']}": read(inputs["policy"])
            for inputs in self._inputs("aws:iam/policy:Policy")
        }
        self._keys = {
            f"arn:aws:kms:{inputs['region']}:{ACCOUNT}:key/{inputs['tags']['Name']}": read(inputs["policy"])
            for inputs in self._inputs("aws:kms/key:Key")
        }
        self._buckets = {
            f"arn:aws:s3:::{inputs['bucket']}": read(inputs["policy"])
            for inputs in self._inputs("aws:s3/bucketPolicy:BucketPolicy")
        }
        self._trusts = {
            f"arn:aws:iam::{ACCOUNT}:role/{name}": read(inputs["assumeRolePolicy"])
            for name, inputs in self.roles.items()
        }

    def session(self, role: str, **tags: str) -> Principal:
        """A session of the stack's role, with these session tags."""
        return Principal(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/{PREFIX}-{role}/somebody",
            {
                "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{role}",
                "aws:PrincipalAccount": ACCOUNT,
                **{f"aws:PrincipalTag/{key}": value for key, value in tags.items()},
            },
        )

    def decide(
        self, who: Principal, action: str, resource: str, *, region: str = "us-east-1", **context: Values
    ) -> str:
        """The decision on `action` by `who`, a request to `region` with these condition keys."""
        role = who.name.split("/")[1] if ":assumed-role/" in who.name else None
        rights = self._rights.get(role) if role else who.rights
        boundary = self.roles[role]["permissionsBoundary"] if role else None
        bucket = resource.partition("/")[0]
        policy = self._buckets.get(bucket) or self._keys.get(resource) or self._trusts.get(resource)
        defaults = {"aws:RequestedRegion": region, "aws:SecureTransport": "true"}
        simulation = {
            "request": {
                "principal": who.name,
                "action": action,
                "resource": {"resource": resource, "accountId": ACCOUNT},
                "contextVariables": {**defaults, **who.context, **context},
            },
            "identityPolicies": [{"name": "own", "policy": rights}] if rights else [],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        if policy:
            simulation["resourcePolicy"] = policy
        if boundary:
            simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": self._boundaries[boundary]}]
        return self._evaluator.decide(simulation)

    def _inputs(self, type_: str) -> list[Mapping[str, Any]]:
        return [resource["inputs"] for resource in self._resources if resource["type"] == type_]


def read(document: str) -> Any:
    """The policy of a document."""
    return json.loads(document)


@pytest.fixture(scope="session")
def policies(stack: Any, evaluator: Evaluator) -> Policies:
    """The policies of the sample stack."""
    return Policies(stack.resources, evaluator)


@pytest.fixture(scope="session")
def allowed(policies: Policies) -> Callable[..., bool]:
    """`allowed(who, action, resource, {context})`: whether the policies together allow it."""

    def ask(
        who: Principal, action: str, resource: str, context: Mapping[str, Values] | None = None, **more: Any
    ) -> bool:
        return policies.decide(who, action, resource, **(context or {}), **more) == "Allowed"

    return ask


@pytest.fixture(scope="session")
def as_service() -> Callable[..., Principal]:
    """`as_service("logs.us-east-1.amazonaws.com", **{context})`: a service of AWS."""
    return lambda name, **context: Principal(name, context)


@pytest.fixture(scope="session")
def as_federated() -> Callable[[str], Principal]:
    """Somebody whom an identity provider has signed in."""
    return lambda provider: Principal(provider, {})


@pytest.fixture(scope="session")
def as_principal() -> Callable[[str], Principal]:
    """Somebody of another account, who may do there whatever the other side allows."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return lambda name: Principal(name, {"aws:PrincipalArn": name}, everything)
