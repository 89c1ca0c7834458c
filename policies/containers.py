"""Container definitions of Amazon ECS, read as Fargate takes them: what is left out counts as ECS's default.

The names are those of the ECS API Reference, "ContainerDefinition".
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from policies.properties import Record, Values
from policies.resources import Resource
from policies.variables import diversion

_NUMERIC_USER: Final = re.compile(r"[1-9]\d*(:[1-9]\d*)?")

_DIGEST: Final = re.compile(r"(?P<repository>[^@\s]+)@sha256:[0-9a-f]{64}")

_SECRET_NAME: Final = re.compile(
    r"secret|passw|token|credential|private|api_?key|access_?key|connection_?string", re.IGNORECASE
)

_ADDRESS: Final = re.compile(r"arn:aws[a-z-]*:[^\s]+|https://[^\s@]+")
"""What names a place where something lies, and is no secret itself."""


class Container:
    """One container of a task definition."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.name = str(record.name)

    def openings(self) -> Iterator[str]:
        """What lets the container's code do more than run as a nobody on files that it can't change, in words."""
        if self._record.get("privileged", False):
            yield "is privileged: set privileged to false"
        if not self._record.get("readonlyRootFilesystem", False):
            yield "can change its own files: set readonlyRootFilesystem to true"
        if not _NUMERIC_USER.fullmatch(str(self._record.get("user", ""))):
            yield "may run as root: set user to numbers other than 0"
        linux = self._record.get("linuxParameters", None)
        capabilities = None if linux is None else linux.get("capabilities", None)
        if capabilities is None or "ALL" not in capabilities.get("drop", []):
            yield "keeps rights of root: drop ALL in linuxParameters.capabilities"
        if capabilities is not None and len(capabilities.get("add", [])) > 0:
            yield "is given rights of root: remove linuxParameters.capabilities.add"
        if linux is not None and len(linux.get("devices", [])) > 0:
            yield "gets at devices: remove linuxParameters.devices"
        for name in ("interactive", "pseudoTerminal", "disableNetworking"):
            if self._record.get(name, False):
                yield f"is not one that only serves: remove {name}"
        for name in ("dockerSecurityOptions", "extraHosts", "links", "systemControls", "volumesFrom", "ulimits"):
            if len(self._record.get(name, [])) > 0:
                yield f"is set up otherwise than Fargate's own: remove {name}"

    @property
    def repository(self) -> str | None:
        """The repository of its image, where the image is named by its digest; None if another could take its place."""
        match = _DIGEST.fullmatch(str(self._record.image))
        return None if match is None else match["repository"]

    @property
    def takes_foreign_credentials(self) -> bool:
        """Whether its image comes from a registry that wants a password."""
        return self._record.get("repositoryCredentials", None) is not None

    def secrets_in_environment(self) -> Iterator[str]:
        """The names of variables whose values would lie in the task definition, where everybody who may look sees
        them.
        """
        for variable in self._record.get("environment", []):
            name, value = str(variable.name), str(variable.get("value", ""))
            if _SECRET_NAME.search(name) and not _ADDRESS.fullmatch(value):
                yield name
        if len(self._record.get("environmentFiles", [])) > 0:
            yield "environmentFiles"

    def diversions(self, regions: Collection[str]) -> Iterator[tuple[str, str]]:
        """The variables that lead traffic or credentials elsewhere than these regions of AWS, with what comes of it."""
        told = [(str(each.name), str(each.get("value", ""))) for each in self._record.get("environment", [])]
        hidden = [(str(each.name), None) for each in self._record.get("secrets", None) or []]
        for name, value in [*told, *hidden]:
            consequence = diversion(name, value, regions)
            if consequence is not None:
                yield name, consequence

    def sources_of_secrets(self) -> Iterator[str]:
        """Where the values of its secrets come from: ARNs."""
        secrets = self._record.get("secrets", None)
        if isinstance(secrets, Values):
            yield from (str(secret.valueFrom) for secret in secrets)

    def arns_in_environment(self) -> Iterator[tuple[str, str]]:
        """The ARNs that the container is told, with the names of their variables."""
        for variable in self._record.get("environment", []):
            value = str(variable.get("value", ""))
            if value.startswith("arn:"):
                yield str(variable.name), value

    @property
    def is_asked_how_it_is(self) -> bool:
        """Whether ECS runs a command in it that tells whether it does its work."""
        check = self._record.get("healthCheck", None)
        return check is not None and list(check.get("command", []))[:1] in (["CMD"], ["CMD-SHELL"])

    def ports(self) -> Iterator[tuple[str | None, int]]:
        """The ports at which it listens, with their names."""
        for mapping in self._record.get("portMappings", []):
            name = mapping.get("name", None)
            yield (None if name is None else str(name)), mapping.containerPort

    def log_group(self, region: str | None) -> str | None:
        """The log group of the region to which all that it says goes; None if it goes elsewhere, nowhere, or gets lost.

        Where the region isn't known, any will do.
        """
        return log_group(self._record.get("logConfiguration", None), region)


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
