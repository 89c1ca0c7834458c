"""Container definitions of Amazon ECS, read as Fargate takes them: what is left out counts as ECS's default.

The names are those of the ECS API Reference, "ContainerDefinition".
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from policies.properties import Record, Values
from policies.resources import Resource
from policies.variables import diversion

_SCRATCH: Final = re.compile(r"/(scratch|tmp|var/tmp)(/[\w-]+)*")
"""Where no program, library or setting of an image lies."""

_NUMERIC_USER: Final = re.compile(r"[1-9]\d*(:[1-9]\d*)?")

_DIGEST: Final = re.compile(r"(?P<repository>[^@\s]+)@sha256:[0-9a-f]{64}")

_FETCHERS_AND_SHELLS: Final = frozenset(
    {
        *("ash", "awk", "bash", "busybox", "cmd", "csh", "dash", "deno", "env", "fish", "java", "ksh", "lua", "node"),
        *("perl", "php", "powershell", "pwsh", "python", "ruby", "sh", "tclsh", "xargs", "zsh"),
        *(
            "aws",
            "az",
            "curl",
            "ftp",
            "nc",
            "ncat",
            "netcat",
            "openssl",
            "rsync",
            "scp",
            "socat",
            "ssh",
            "telnet",
            "wget",
        ),
    }
)
"""Programs that run, or fetch, whatever they are told."""


class Container:
    """One container of a task definition."""

    def __init__(self, record: Record) -> None:
        self.record = record
        """Its definition."""
        self.name = str(record.name)

    def openings(self) -> Iterator[str]:
        """What lets the container's code do more than run as a nobody on files that it can't change, in words."""
        if self.record.get("privileged", False):
            yield "is privileged: set privileged to false"
        if not self.record.get("readonlyRootFilesystem", False):
            yield "can change its own files: set readonlyRootFilesystem to true"
        for mount in self.record.get("mountPoints", []):
            if not mount.get("readOnly", False) and not _SCRATCH.fullmatch(str(mount.get("containerPath", ""))):
                yield "puts others in the place of its own files: set containerPath of mountPoints to /scratch or /tmp"
        if not _NUMERIC_USER.fullmatch(str(self.record.get("user", ""))):
            yield "may run as root: set user to numbers other than 0"
        linux = self.record.get("linuxParameters", None)
        capabilities = None if linux is None else linux.get("capabilities", None)
        if capabilities is None or "ALL" not in capabilities.get("drop", []):
            yield "keeps rights of root: drop ALL in linuxParameters.capabilities"
        if capabilities is not None and len(capabilities.get("add", [])) > 0:
            yield "is given rights of root: remove linuxParameters.capabilities.add"
        if linux is not None and len(linux.get("devices", [])) > 0:
            yield "gets at devices: remove linuxParameters.devices"
        for name in ("interactive", "pseudoTerminal", "disableNetworking"):
            if self.record.get(name, False):
                yield f"is not one that only serves: remove {name}"
        for name in ("dockerSecurityOptions", "extraHosts", "links", "systemControls", "volumesFrom", "ulimits"):
            if len(self.record.get(name, [])) > 0:
                yield f"is set up otherwise than Fargate's own: remove {name}"

    @property
    def repository(self) -> str | None:
        """The repository of its image, where the image is named by its digest; None if another could take its place."""
        match = _DIGEST.fullmatch(str(self.record.image))
        return None if match is None else match["repository"]

    @property
    def takes_foreign_credentials(self) -> bool:
        """Whether its image comes from a registry that wants a password."""
        return self.record.get("repositoryCredentials", None) is not None

    def variables(self) -> Iterator[Record]:
        """What the container is told in plain text: each a `name` and a `value`."""
        yield from self.record.get("environment", [])

    @property
    def takes_variables_from_a_file(self) -> bool:
        """Whether it is told what lies in a bucket, where no rule sees it."""
        return len(self.record.get("environmentFiles", [])) > 0

    def overrides(self) -> Iterator[str]:
        """What runs in it beside the program that its image names, in words."""
        for name in ("command", "entryPoint"):
            if len(self.record.get(name, [])) > 0:
                yield f"runs something else than the reviewed program: remove {name}"
        check = self.record.get("healthCheck", None)
        kind, program, *_ = [*([] if check is None else check.get("command", [])), "", ""]
        if kind == "CMD-SHELL" or _name_of(program) in _FETCHERS_AND_SHELLS:
            yield "is asked how it is by a shell, or by what can fetch: set healthCheck to CMD and a program of its own"

    def diversions(self, regions: Collection[str]) -> Iterator[tuple[str, str]]:
        """The variables that lead traffic or credentials elsewhere than these regions of AWS, with what comes of it."""
        told = [(str(each.name), str(each.get("value", ""))) for each in self.variables()]
        hidden = [(str(each.name), None) for each in self.record.get("secrets", None) or []]
        for name, value in [*told, *hidden]:
            consequence = diversion(name, value, regions)
            if consequence is not None:
                yield name, consequence

    def sources_of_secrets(self) -> Iterator[str]:
        """Where the values of its secrets come from: ARNs."""
        secrets = self.record.get("secrets", None)
        if isinstance(secrets, Values):
            yield from (str(secret.valueFrom) for secret in secrets)

    def arns_in_environment(self) -> Iterator[tuple[str, str]]:
        """The ARNs that the container is told, with the names of their variables."""
        for variable in self.variables():
            value = str(variable.get("value", ""))
            if value.startswith("arn:"):
                yield str(variable.name), value

    @property
    def is_asked_how_it_is(self) -> bool:
        """Whether ECS runs a command in it that tells whether it does its work."""
        check = self.record.get("healthCheck", None)
        return check is not None and list(check.get("command", []))[:1] in (["CMD"], ["CMD-SHELL"])

    def ports(self) -> Iterator[tuple[str | None, int]]:
        """The ports at which it listens, with their names."""
        for mapping in self.record.get("portMappings", []):
            name = mapping.get("name", None)
            yield (None if name is None else str(name)), mapping.containerPort

    def log_group(self, region: str | None) -> str | None:
        """The log group of the region to which all that it says goes; None if it goes elsewhere, nowhere, or gets lost.

        Where the region isn't known, any will do.
        """
        return log_group(self.record.get("logConfiguration", None), region)


def _name_of(program: str) -> str:
    """`/usr/bin/Python3.11` is `python`."""
    return re.sub(r"[\d.]+(\.exe)?$|\.exe$", "", program.replace("\\", "/").rpartition("/")[2].lower())


def log_group(configuration: Record | None, region: str | None) -> str | None:
    """The log group of a log configuration of ECS; None if what is said goes elsewhere or nowhere."""
    if configuration is None or configuration.get("logDriver", None) != "awslogs":
        return None
    options = configuration.get("options", None)
    if options is None or (region is not None and options.get("awslogs-region", None) != region):
        return None
    group = options.get("awslogs-group", None)
    return None if group is None else str(group)


def containers(task: Resource) -> Iterator[Container]:
    """The containers of a task definition. Raises UndeterminedError, UnusableError."""
    return (Container(record) for record in task.documents("container_definitions"))
