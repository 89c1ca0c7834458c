"""Asks a maintained evaluator what policies let whom do: those of the role, its boundary, the resource and the endpoint
together.

`@cloud-copilot/iam-simulate`, pinned in tools/iam-simulate and installed there by the first use, runs as a process of
its own. Where the policies come from, the declared program or what is deployed, is `PolicySet`'s business.
"""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "iam-simulate"
INSTALLED = ROOT / ".hosting" / "iam-simulate"
ACCOUNT = "123456789012"
PREFIX = "hostco-ci-us"
SERVICE_LINKED = "/aws-service-role/"
"""The path of the roles that AWS makes for a service of its own, and whose rights are AWS's to say."""

Policy = Mapping[str, Any]
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


def installed_evaluator() -> Path:
    """The folder of the evaluator and of the data that it knows AWS by, installed by the first use; git ignores it."""
    npm = shutil.which("npm")
    assert npm, "npm is missing, which the evaluator of policies needs: install Node.js 20 or newer"
    lock = (TOOL / "package-lock.json").read_text()
    if not (INSTALLED / "ready").exists() or (INSTALLED / "ready").read_text() != lock:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(TOOL / name, INSTALLED)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, check=True)
        (INSTALLED / "ready").write_text(lock)
    return INSTALLED


@contextlib.contextmanager
def started_evaluator() -> Iterator[Evaluator]:
    """The evaluator, as a process of its own until the block ends."""
    installed = installed_evaluator()
    shutil.copy(TOOL / "evaluate.mjs", installed)
    with subprocess.Popen(
        ["node", "evaluate.mjs"], cwd=installed, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Evaluator(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass(frozen=True)
class Principal:
    """Who asks, with what the session says of itself, and with rights of its own where it is of another account."""

    name: str
    context: Mapping[str, Values]
    rights: Policy | None = None


@dataclass(frozen=True)
class Role:
    """A role: who may take it on, what it may do, and the ARN of the boundary of that."""

    trust: Policy
    boundary: str | None
    rights: Sequence[Policy]


@dataclass(frozen=True, kw_only=True)
class PolicySet:
    """All policies of a stack that have a say in a request, wherever they were read."""

    roles: Mapping[str, Role]
    """By name; without those that AWS makes for its services."""
    managed: Mapping[str, Policy]
    """The stack's own managed policies, by ARN."""
    resources: Mapping[str, Policy]
    """Policies of keys, buckets, queues and topics, by the resource's ARN."""
    aliases: Mapping[str, str]
    """The ARN of a key by that of its alias: a key's own is known only once it is there."""
    endpoints: Mapping[tuple[str, str], Policy]
    """Policies of the network's endpoints, by region and the last part of the service's name."""
    log_policies: Mapping[str, Policy]
    """What lets services write to log groups, by region: it belongs to no group of its own."""


class Policies:
    """The policies of a stack, put together for each request as AWS does."""

    def __init__(self, policies: PolicySet, evaluator: Evaluator) -> None:
        self._set, self._evaluator = policies, evaluator
        self.roles = policies.roles

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
        self,
        who: Principal,
        action: str,
        resource: str,
        *,
        region: str = "us-east-1",
        via: str | None = None,
        owner: str = ACCOUNT,
        **context: Values,
    ) -> str:
        """The decision on `action` by `who`, a request to `region` with these condition keys.

        A key may be named by the ARN of its alias. `via` is the endpoint of the network that the request goes through,
        `owner` the account of the resource.
        """
        if ":alias/" in resource:
            resource = self._set.aliases[resource]
        role = self.roles[who.name.split("/")[1]] if ":assumed-role/" in who.name else None
        own = role.rights if role else [who.rights] if who.rights else []
        simulation: dict[str, Any] = {
            "request": {
                "principal": who.name,
                "action": action,
                "resource": {"resource": resource, "accountId": owner},
                "contextVariables": {
                    "aws:RequestedRegion": region,
                    "aws:ResourceAccount": owner,
                    "aws:SecureTransport": "true",
                    **who.context,
                    **context,
                },
            },
            "identityPolicies": [{"name": f"own {number}", "policy": policy} for number, policy in enumerate(own)],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        policy = self._resource_policy(resource, region)
        if policy is not None:
            simulation["resourcePolicy"] = policy
        if role is not None and role.boundary is not None:
            boundary = {"name": "boundary", "policy": self._set.managed[role.boundary]}
            simulation["permissionBoundaryPolicies"] = [boundary]
        if via is not None:
            simulation["vpcEndpointPolicies"] = [{"name": via, "policy": self._set.endpoints[region, via]}]
        return self._evaluator.decide(simulation)

    def _resource_policy(self, resource: str, region: str) -> Policy | None:
        match resource.split(":"):
            case [_, _, "logs", *_]:
                return self._set.log_policies[region]
            case [_, _, "iam", *_]:
                role = self.roles.get(resource.rpartition("/")[2])
                return role.trust if role else None
            case [_, _, "s3", *_]:
                return self._set.resources.get(resource.partition("/")[0])
            case _:
                return self._set.resources.get(resource)
