import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
import yaml

from hosting.checkout import Checkout
from hosting.pulumi_cli import require_cli
from tests.policy_evaluation import Evaluator, Policies, Principal, Values, started_evaluator

ROOT = Checkout.of_this_package().root


@pytest.fixture(scope="session")
def pulumi_command():
    """The real engine's CLI, as set-up has found or installed it."""
    return require_cli(Checkout.of_this_package())


class Clone:
    """A copy of this checkout in which a user works: commands are typed, files are edited, clouds are its own."""

    def __init__(self, root):
        self.root = root
        for name in ("infra", "policies", "localcloud", "hosting", "tools"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "docs", root / "docs")
        for file in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(file, root)
        (root / ".venv").symlink_to(ROOT / ".venv")
        (root / ".hosting").mkdir()
        if (ROOT / ".hosting" / "pulumi").exists():
            (root / ".hosting" / "pulumi").symlink_to(ROOT / ".hosting" / "pulumi")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_", "ARM_"))
        } | {"PYTHONPATH": str(root), "COLUMNS": "200"}

    def start(self, *arguments, **environment):
        """Starts a `hosting` command in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "hosting", *arguments],
            cwd=self.root,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments, **environment):
        """Types a `hosting` command and waits for it; gives the process with what it printed."""
        process = self.start(*arguments, **environment)
        stdout, stderr = process.communicate(timeout=900)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def succeeds(self, *arguments, **environment):
        """Types a command that must succeed; gives what it printed."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_refused(self, *arguments, **environment):
        """Types a command that must be refused; gives what it printed, which is no traceback."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    def variables(self):
        """The environment that `hosting env` prints for other programs."""
        printed = subprocess.run(
            ["bash", "-c", f'eval "$({sys.executable} -m hosting env)" && env -0'],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return dict(line.split("=", 1) for line in printed.split("\0") if line)

    def pulumi(self, *arguments, on_path=()):
        """Types a plain `pulumi` command in that environment, with some folders before the others on its PATH."""
        variables = self.variables()
        path = os.pathsep.join([*map(str, on_path), variables["PATH"]])
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=self.root,
            env=variables | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    def client(self, service, region="us-east-1"):
        """A client of AWS's own for the local cloud."""
        return boto3.client(
            service,
            endpoint_url=self.variables()["AWS_ENDPOINT_URL"],
            region_name=region,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def export(self, stack):
        """The state of a stack."""
        return json.loads(self.pulumi("stack", "export", "--stack", stack).stdout)

    @contextlib.contextmanager
    def changed(self, file, *replacements):
        """The file with some texts replaced by others, until the block ends."""
        path = self.root / file
        before = path.read_text()
        text = before
        for old, new in replacements:
            assert old in text, f"{file} doesn't hold {old!r}"
            text = text.replace(old, new)
        path.write_text(text)
        try:
            yield
        finally:
            path.write_text(before)

    @contextlib.contextmanager
    def configured(self, stack, **values):
        """The stack file with some settings changed (None removes one), until the block ends."""
        path = self.root / f"Pulumi.{stack}.yaml"
        before = path.read_text()
        content = yaml.safe_load(before)
        for name, value in values.items():
            content["config"][f"hosting:{name}"] = value
            if value is None:
                del content["config"][f"hosting:{name}"]
        path.write_text(yaml.safe_dump(content))
        try:
            yield
        finally:
            path.write_text(before)


@pytest.fixture(scope="session")
def new_clone(tmp_path_factory, pulumi_command):
    """Makes clones; their local clouds are ended after the last test."""
    del pulumi_command  # without it no command would work
    clones = []

    def make():
        clones.append(Clone(tmp_path_factory.mktemp("clone")))
        return clones[-1]

    yield make
    for clone in clones:
        clone.run("stop")


@pytest.fixture(scope="session")
def judge_of_clouds_schemas():
    """The script that judges inputs against the clouds' own schemas, on machines that have it beside the checkout."""
    script = ROOT.parent / "shared" / "schemas" / "validate.py"
    return script if script.exists() else None


@pytest.fixture(scope="session")
def evaluator() -> Iterator[Evaluator]:
    """The evaluator of policies."""
    with started_evaluator() as evaluator:
        yield evaluator


# For each test anew: whose `policies` are asked is each folder's own.
@pytest.fixture
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
    return lambda name: Principal(
        name, {"aws:PrincipalArn": name, "aws:PrincipalAccount": name.split(":")[4]}, everything
    )
