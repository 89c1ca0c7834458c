"""Where things are in a checkout of this project."""

from dataclasses import dataclass, replace
from pathlib import Path

from hosting.errors import HostingError


@dataclass(frozen=True)
class Checkout:
    """The folders and files of one checkout; everything that a run makes is below `.hosting`, which git ignores."""

    root: Path
    place: str = "local"
    """The folder of its local clouds and stacks below `.hosting`; another one leaves the user's as they are."""

    @classmethod
    def of_this_package(cls) -> "Checkout":
        """The checkout that holds this package (it is installed editable)."""
        return cls(Path(__file__).resolve().parent.parent)

    def aside(self, place: str) -> "Checkout":
        """This checkout with local clouds and stacks in a folder `place` of their own."""
        return replace(self, place=place)

    @property
    def policies(self) -> Path:
        """The policy pack."""
        return self.root / "policies"

    @property
    def cli_module(self) -> Path:
        """The Go module that pins the Pulumi CLI."""
        return self.root / "tools" / "pulumi"

    @property
    def cli_root(self) -> Path:
        """Where set-up puts the Pulumi CLI when none of the pinned version is on PATH."""
        return self.root / ".hosting" / "pulumi"

    @property
    def scripts(self) -> Path:
        """The executables of the Python environment; the engine finds the policy pack's interpreter there."""
        return self.root / ".venv" / "bin"

    @property
    def local(self) -> Path:
        """Everything of the local cloud: copies of the stack files, state, the servers' records."""
        return self.root / ".hosting" / self.place

    def stack_names(self) -> list[str]:
        """The stacks that have a stack file, sorted."""
        return sorted(
            path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in self.root.glob("Pulumi.?*.yaml")
        )

    def stack_file(self, stack: str) -> Path:
        """The file of `stack`. Raises HostingError when there is none."""
        if stack not in self.stack_names():
            known = ", ".join(self.stack_names())
            raise HostingError(f"There is no stack {stack!r}: choose one of {known}, or add a stack file for it.")
        return self.root / f"Pulumi.{stack}.yaml"
