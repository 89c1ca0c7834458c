"""Stack files: read for the tool's own use, and copied for the local cloud.

A local run works on copies, because the engine writes a salt into the stack file that it uses and the tracked files
must stay as they are.
"""

from pathlib import Path
from typing import Any, Final

import yaml

from hosting.checkout import Checkout
from hosting.errors import HostingError
from infra.mistakes import Place, ended, meant_by, unknown
from infra.settings import NAMESPACE, SettingsError, StackSettings, parse_stack

_SECRETS_PROVIDER_KEYS: Final = ("secretsprovider", "encryptedkey", "encryptionsalt")

_OF_PULUMI: Final = "pulumi:disable-default-providers"
"""The one key of Pulumi's own beside the program's."""


def read_settings(checkout: Checkout, stack: str) -> StackSettings:
    """The settings in the file of `stack`. Raises HostingError when there is no such file or it can't be used."""
    file = checkout.stack_file(stack)
    prefix = f"{NAMESPACE}:"
    configuration: dict[str, Any] = _stack_file(checkout, stack).get("config") or {}
    values = {key.removeprefix(prefix): value for key, value in configuration.items() if key.startswith(prefix)}

    def line_of(place: Place) -> int | None:
        return _line(file, ("config", f"{prefix}{place[0]}", *place[1:])) if place[0] in values else None

    try:
        return parse_stack(stack, {**_defaults(checkout), **values}, line_of)
    except SettingsError as error:
        raise HostingError(str(error)) from None


def copy_for_local_cloud(checkout: Checkout, stack: str) -> None:
    """Copies Pulumi.yaml and the file of `stack` into the local folder, where the local passphrase encrypts secrets.

    Raises HostingError when the stack file can't be used.
    """
    folder = checkout.local
    folder.mkdir(parents=True, exist_ok=True)
    project = _mapping(checkout.root / "Pulumi.yaml")
    project["main"] = str(Path("..", "..", project["main"]))
    project["runtime"]["options"]["virtualenv"] = str(Path("..", "..", project["runtime"]["options"]["virtualenv"]))
    _write(folder / "Pulumi.yaml", project)
    pack = folder / "policies"
    if not pack.is_symlink():
        pack.symlink_to(Path("..", "..", "policies"), target_is_directory=True)

    content = _stack_file(checkout, stack)
    copy = folder / f"Pulumi.{stack}.yaml"
    local_salt = _mapping(copy).get("encryptionsalt") if copy.exists() else None
    for key in _SECRETS_PROVIDER_KEYS:
        content.pop(key, None)
    _write(copy, {**content, "encryptionsalt": local_salt} if local_salt else content)


class _EachKeyOnce(yaml.SafeLoader):
    """Refuses a mapping with the same key twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _stack_file(checkout: Checkout, stack: str) -> dict[str, Any]:
    """What the file of `stack` holds. Raises HostingError for a key that nobody knows, or a secret.

    Keys of the program's own are left to `parse_stack`.
    """
    file = checkout.stack_file(stack)
    content = _mapping(file)
    for key in content.keys() - {"config", *_SECRETS_PROVIDER_KEYS}:
        name = str(key)
        if name.startswith(f"{NAMESPACE}:"):
            raise _refusal(file, (name,), "stands beside config: indent it, so that it stands below")
        raise _refusal(file, (name,), unknown(meant_by(name, {"config"} - content.keys())))
    configuration = content.get("config") or {}
    if not isinstance(configuration, dict):
        raise _refusal(file, ("config",), "has to hold the settings: write each as `hosting:key: value`")
    known = {f"{NAMESPACE}:{key}" for key in _declared(checkout)} | {_OF_PULUMI}
    free = {each.partition(":")[2]: each for each in known - configuration.keys()}
    for key, value in configuration.items():
        name = str(key)
        if not name.startswith(f"{NAMESPACE}:") and name != _OF_PULUMI:
            meant = meant_by(name.rpartition(":")[2], free)
            raise _refusal(file, ("config", name), unknown(free[meant] if meant else None))
        if isinstance(value, dict) and "secure" in value:
            raise _refusal(file, ("config", name), "is encrypted, and no setting is a secret: write it as it is")
    return content


def _refusal(file: Path, place: Place, problem: str) -> HostingError:
    line = _line(file, place)
    return HostingError(ended(f"{file.name}: " + (f"line {line}, " if line else "") + f"{place[-1]} {problem}"))


def _line(file: Path, place: Place) -> int | None:
    """The line of what stands at a place, or else of the nearest above it; None if nothing of it is there."""
    node, line = yaml.compose(file.read_text(), yaml.SafeLoader), None
    for part in place:
        entries = _entries(node)
        if part not in entries:
            break
        first, node = entries[part]
        line = first.start_mark.line + 1
    return line


def _entries(node: yaml.Node | None) -> dict[str | int, tuple[yaml.Node, yaml.Node]]:
    """What a node holds, by key or index: where each begins, and what it is."""
    match node:
        case yaml.MappingNode():
            return {key.value: (key, value) for key, value in node.value}
        case yaml.SequenceNode():
            return {index: (each, each) for index, each in enumerate(node.value)}
        case _:
            return {}


def _defaults(checkout: Checkout) -> dict[str, Any]:
    return {key: value["default"] for key, value in _declared(checkout).items() if "default" in value}


def _declared(checkout: Checkout) -> dict[str, dict[str, Any]]:
    return _mapping(checkout.root / "Pulumi.yaml")["config"]


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(), _EachKeyOnce)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise HostingError(f"{path.name} can't be read ({error.strerror}): restore it from git.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}" if place else ""
        problem = getattr(error, "problem", None) or "it is no text in UTF-8"
        raise HostingError(f"{path.name}{line} is not valid YAML ({problem}): correct it.") from None
    if not isinstance(content, dict):
        raise HostingError(f"{path.name} holds no keys: restore it from git, or write its settings below `config:`.")
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    if not path.exists() or path.read_text() != text:
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(text)
        unfinished.replace(path)
