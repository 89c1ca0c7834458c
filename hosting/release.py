"""What Azure itself doesn't hold Aware to, and is therefore asked on the way: signatures of images, approvals of links.

Both are asked of the real cloud only, with Notation and Azure's command line.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from hosting.engine import Deployed
from hosting.errors import HostingError
from infra.settings import Settings, StackSettings

REGISTRY: Final = "azure-native:containerregistry:Registry"
ORIGIN: Final = "azure-native:cdn:AFDOrigin"
SEARCH_LINK: Final = "azure-native:search:SharedPrivateLinkResource"
APPROVED: Final = "Approved"

STATUS_OF_LINK: Final[Mapping[str, str]] = {
    ORIGIN: "properties.sharedPrivateLinkResource.status",
    SEARCH_LINK: "properties.status",
}
"""Where each type that asks for a private link says whether it was approved."""


def image_names(settings: Settings) -> list[str]:
    """The images that a stack of Aware runs, each in full; none for another service."""
    if settings.aware is None:
        return []
    from infra.aware.placement import Placement  # noqa: PLC0415 - loads the cloud's SDK, which takes seconds

    registry = Placement.of(settings, resource_group_name="").compact_name("cr") + ".azurecr.io"
    digests = settings.aware.images.model_dump()
    return [f"{registry}/aware/{name.replace('_', '-')}@{digest}" for name, digest in digests.items()]


def refuse_unsigned_images(settings: StackSettings, deployed: Sequence[Deployed]) -> None:
    """Raises HostingError unless Notation verifies the signature of every image that the stack file names.

    Before the stack's registry is there, there is nothing to verify: the first update makes it.
    """
    if not isinstance(settings, Settings) or not any(each.kind == REGISTRY for each in deployed):
        return
    for image in image_names(settings):
        done = _run("notation", "verify", image)
        if done.returncode:
            raise HostingError(
                f"Notation doesn't verify the signature of {image}: sign in to the registry, and name the digest of an "
                "image that the release pipeline has signed (docs/aware-deployment.md)."
            )


def refuse_pending_links(deployed: Sequence[Deployed]) -> None:
    """Raises HostingError unless Azure reports every private link as approved: Front Door's to each origin, and that
    by which Search reads the tenants' keys."""
    links = [each for each in deployed if each.kind in STATUS_OF_LINK]
    waiting = {each.name: each.kind for each in links if _status(each) != APPROVED}
    origins = sorted(name for name, kind in waiting.items() if kind == ORIGIN)
    if origins:
        raise HostingError(
            f"Front Door's private links to {', '.join(origins)} are not approved, so no customer is served "
            "there: approve them as docs/aware-deployment.md says, then run the command again."
        )
    if waiting:
        raise HostingError(
            f"Search's private link {', '.join(sorted(waiting))} is not approved, so no index can be made or read: "
            'approve it as docs/runbooks/aware-failover.md says ("After the first up"), then run the command again.'
        )


def _status(link: Deployed) -> str:
    query = STATUS_OF_LINK[link.kind]
    done = _run("az", "resource", "show", "--ids", link.identity, "--query", query, "--output", "tsv")
    if done.returncode:
        raise HostingError(f"Azure doesn't tell about {link.name}: log in with `az login` as somebody who may read it.")
    return done.stdout.strip()


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    if shutil.which(command[0]) is None:
        raise HostingError(f"{command[0]} isn't installed, and an update of a real cloud needs it: install it.")
    return subprocess.run(command, capture_output=True, text=True, check=False)
