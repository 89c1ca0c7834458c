"""Stack files: read for the tool's own use, and copied for the local cloud.

A local run works on copies, because the engine writes a salt into the stack file that it uses and the tracked files
must stay as they are.
"""

from pathlib import Path
from typing import Any

import yaml

from hosting.checkout import Checkout
from hosting.errors import HostingError
from infra.settings import NAMESPACE, SettingsError, StackSettings, parse_stack

_SECRETS_PROVIDER_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")


def read_settings(checkout: Checkout, stack: str) -> StackSettings:
    """The settings in the file of `stack`. Raises HostingError when there is no such file or it can't be used."""
    configuration = _mapping(checkout.stack_file(stack)).get("config") or {}
    prefix = NAMESPACE + ":"
    values = {key.removeprefix(prefix): value for key, value in configuration.items() if str(key).startswith(prefix)}
    try:
        return parse_stack(stack, {**_defaults(checkout), **values})
    except SettingsError as error:
        raise HostingError(str(error)) from None


def copy_for_local_cloud(checkout: Checkout, stack: str) -> None:
    """Copies Pulumi.yaml and the file of `stack` into the local folder, where the local passphrase encrypts secrets.

    Raises HostingError when the stack file holds a secret, which only its own secrets provider could decrypt.
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

    content = _mapping(checkout.stack_file(stack))
    for key, value in (content.get("config") or {}).items():
        if isinstance(value, dict) and "secure" in value:
            raise HostingError(
                f"Pulumi.{stack}.yaml holds {key} as a secret, which the local cloud can't decrypt: "
                "use a stack file without secrets for local runs."
            )
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
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _defaults(checkout: Checkout) -> dict[str, Any]:
    declared = _mapping(checkout.root / "Pulumi.yaml")["config"]
    return {key: value["default"] for key, value in declared.items() if "default" in value}


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(), _EachKeyOnce)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}" if place else ""
        problem = getattr(error, "problem", None) or "it is no text"
        raise HostingError(f"{path.name}{line} is not valid YAML ({problem}): correct it.") from None
    if not isinstance(content, dict):
        raise HostingError(f"{path.name} doesn't hold a mapping: restore it from git or write its `config:`.")
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    if not path.exists() or path.read_text() != text:
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(text)
        unfinished.replace(path)
