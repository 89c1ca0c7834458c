"""The Pulumi CLI: the one on PATH if it will do, else the official one, else one built from its Go module.

The version is pinned in `tools/pulumi/go.mod` and nowhere else.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from hosting.checkout import Checkout
from hosting.errors import HostingError

_MODULE = "github.com/pulumi/pulumi/pkg/v3"
_OLDEST_GO = (1, 25)

Say = Callable[[str], None]


def pinned_version(checkout: Checkout) -> VersionInfo:
    """The version that the Go module pins. Raises HostingError when the module doesn't name one."""
    found = re.search(rf"{re.escape(_MODULE)} v(\S+)", (checkout.cli_module / "go.mod").read_text())
    if found is None:
        raise HostingError(f"tools/pulumi/go.mod doesn't require {_MODULE}: restore the file from git.")
    return VersionInfo.parse(found.group(1))


def find_cli(checkout: Checkout, say: Say) -> PulumiCommand | None:
    """A CLI of the pinned version, or newer in the same major: the one on PATH, else the one that set-up installed.

    One that is too old or of another major is passed over, which `say` is told.
    """
    pinned = pinned_version(checkout)
    for root, place in ((None, "on PATH"), (str(checkout.cli_root), "in .hosting/pulumi")):
        command = _command(root)
        if command is None:
            continue
        version = command.version
        if version is not None and version.major == pinned.major and version >= pinned:
            return command
        wanted = f"{pinned} or newer of the same major is needed"
        say(f"The Pulumi CLI {version or 'of unknown version'} {place} is passed over: {wanted}.")
    return None


def require_cli(checkout: Checkout) -> PulumiCommand:
    """The CLI that set-up has found or installed. Raises HostingError when there is none."""
    command = find_cli(checkout, lambda _: None)
    if command is None:
        raise HostingError("There is no Pulumi CLI yet: run `make setup`.")
    return command


def install_cli(checkout: Checkout, say: Say) -> PulumiCommand:
    """A CLI in `.hosting/pulumi`: by the official installer, or built from the Go module.

    Raises HostingError, naming what to install, when neither can be had.
    """
    pinned = pinned_version(checkout)
    say(f"Installing the Pulumi CLI {pinned} into .hosting/pulumi (about a minute) ...")
    try:
        return PulumiCommand.install(root=str(checkout.cli_root), version=pinned, skip_version_check=True)
    except (URLError, OSError, subprocess.CalledProcessError) as error:
        say(f"The official installer can't be used ({_reason(error)}).")
    _build(checkout, pinned, say)
    command = _command(str(checkout.cli_root))
    if command is None or command.version != pinned:
        raise HostingError(f"The Pulumi CLI in .hosting/pulumi doesn't say that it is {pinned}: remove it, run setup.")
    return command


def _command(root: str | None) -> PulumiCommand | None:
    executable = shutil.which("pulumi") if root is None else shutil.which("pulumi", path=Path(root) / "bin")
    if executable is None:
        return None
    try:
        return PulumiCommand(root=root, skip_version_check=True)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, URLError):
        return f"its download failed: {error.reason}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with status {error.returncode}"
    return str(error) or type(error).__name__


def _build(checkout: Checkout, version: VersionInfo, say: Say) -> None:
    go = _go()
    say(f"Building the Pulumi CLI {version} from its Go module (about 4 minutes the first time) ...")
    target = checkout.cli_root / "bin" / "pulumi"
    unfinished = target.with_name(f"pulumi.{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    stamp = f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
    command = [go, "build", "-o", str(unfinished), "-ldflags", f"-s -w -X {stamp}", f"{_MODULE}/cmd/pulumi"]
    try:
        built = subprocess.run(command, cwd=checkout.cli_module, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            last = built.stderr.strip().splitlines()[-1:] or ["no message"]
            raise HostingError(
                f"The Pulumi CLI can't be built from tools/pulumi ({last[0].strip()}): "
                "check the network, or install the CLI as Pulumi's documentation says."
            )
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _go() -> str:
    wanted = ".".join(str(part) for part in _OLDEST_GO)
    mend = f"install Go {wanted} or newer, or the Pulumi CLI itself, and run setup again"
    go = shutil.which("go")
    if go is None:
        raise HostingError(f"There is no Pulumi CLI, its installer can't be reached and there is no Go: {mend}.")
    printed = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", printed)
    if found is None or (int(found.group(1)), int(found.group(2))) < _OLDEST_GO:
        raise HostingError(f"{Path(go).name} is too old to build the Pulumi CLI ({printed.strip()}): {mend}.")
    return go
