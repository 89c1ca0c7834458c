"""The deletion gate: what must not go is refused before anything goes.

`protect` alone is not enough: the engine refuses a protected resource only after it has removed the unprotected ones
that depend on it. The gate reads the whole preview first, so that nothing goes at all; `--ignore-protect` lets go of
the platform's own resources only, never of a tenant's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hosting.engine import DELETING, Deployed, Step
from hosting.guards import is_protected_by_cloud, locked_before, locks_of_azure_backup, staying
from hosting.lineage import lineage, tenant_of
from hosting.words import counted
from infra.settings import StackSettings
from infra.tenants import TENANT_COMPONENT

GUARDED_ROOMS = ("Audit", "AuditCopy", "Data", "FlowLogs", "Keys", "Recovery", "RegionalAudit", "Trail")
"""Rooms whose keys, data, logs and backups outlive any change of the program."""

TAKEN_WHEN_CUT_OFF = ("azure-native:authorization:RoleAssignment",)
"""Types of which a tenant loses what isn't protected as soon as it is no longer active: rights, never keys or data."""


def refuse_beginnings(deployed: Sequence[Deployed], settings: StackSettings) -> list[str]:
    """Why the stack's new tenants may not be made, a sentence each: a tenant's life begins with `active`."""
    known = {resource.name for resource in deployed if resource.kind == TENANT_COMPONENT}
    return [
        f"Tenant {tenant.id!r} doesn't exist yet and its state is {tenant.state!r}: its first state is `active`."
        for tenant in settings.tenants
        if tenant.id not in known and tenant.state != "active"
    ]


def refuse_deletions(steps: Sequence[Step], deployed: Sequence[Deployed], settings: StackSettings) -> list[str]:
    """Why the previewed `steps` may not be carried out, a sentence each; empty when they may.

    A tenant's resource may go only if the tenant was last deployed as `deleted` and its row doesn't say otherwise, or
    if it is a right that a tenant loses with being active. Any other protected resource, and what only exists for it,
    may go only after an update that let go of its protection.
    """
    state = {resource.urn: resource for resource in deployed}
    wanted = {tenant.id: tenant.state for tenant in settings.tenants}
    going = [state[urn] for urn in dict.fromkeys(s.urn for s in steps if s.operation in DELETING) if urn in state]
    lost: Counter[str] = Counter()
    refusals: list[str] = []
    for resource in going:
        tenant = tenant_of(resource, state)
        if tenant is not None:
            if not _may_be_deleted(tenant, wanted) and not _is_taken_when_cut_off(resource, wanted.get(tenant.name)):
                lost[tenant.name] += 1
        elif resource.protected or _is_guarded_companion(resource, state):
            refusals.append(
                f"{resource.kind} {resource.name!r} belongs to keys, data, logs or backups and would be deleted or "
                "replaced: undo that change of the program, or retire it by letting go first (pulumi state unprotect)."
            )
    for identity, count in lost.items():
        refusals.append(_tenant_refusal(settings.stack, identity, count, wanted.get(identity)))
    return refusals


def refuse_destruction(resources: Sequence[Deployed], settings: StackSettings, *, ignore_protect: bool) -> list[str]:
    """Why the stack may not be destroyed, a sentence each; empty when it may.

    What the cloud itself would refuse is refused here, before anything goes, with the way out.
    """
    state = {resource.urn: resource for resource in resources}
    wanted = {tenant.id: tenant.state for tenant in settings.tenants}
    alive = sorted(
        {
            tenant.name
            for resource in resources
            if (tenant := tenant_of(resource, state)) is not None
            and (resource.protected or not _may_be_deleted(tenant, wanted))
        }
    )
    if alive:
        return [
            (
                f"Tenants still live here: {', '.join(alive)}; to let go of them set each one's state to `deleted` in "
                f"the stack file and run `make up STACK={settings.stack}`, then destroy it again."
            )
        ]
    refusals: list[str] = []
    guarded = [each for each in resources if is_protected_by_cloud(each)]
    if guarded:
        refusals.append(
            f"The cloud itself refuses to delete what is under its deletion protection: run `make up STACK="
            f"{settings.stack}`, which takes it off where no tenant is left, then destroy again ({listed(guarded)})."
        )
    locks = locked_before(resources)
    if locks:
        identities = " ".join(lock.identity for lock in locks)
        refusals.append(
            f"Azure would refuse to delete what {counted(len(locks), 'lock')} would still hold: run `az lock delete "
            f"--ids {identities}` and `make refresh STACK={settings.stack}`, then destroy again ({listed(locks)})."
        )
    held = [each for each in resources if each.protected and each.is_in_cloud and tenant_of(each, state) is None]
    if held and not ignore_protect:
        kept = staying(resources)
        backups = " ".join(locks_of_azure_backup(resources))
        if backups:
            refusals.append(
                "In Azure itself, not in the local cloud, Azure Backup's own lock holds what it backs up: run `az lock "
                f"delete --ids {backups}` first."
            )
        refusals.append(
            f"Say `make destroy STACK={settings.stack} IGNORE_PROTECT=1` to destroy the platform's own keys, data and "
            f"logs too, which are protected ({listed(held)})"
            + (f", but for what nobody may delete before its time, which stays ({listed(kept)})." if kept else ".")
        )
    return refusals


def listed(resources: Iterable[Deployed]) -> str:
    """The resources in a few words: how many, of which kinds most, and the first of each."""
    names: dict[str, list[str]] = {}
    for resource in resources:
        names.setdefault(resource.kind.rsplit(":", 1)[-1], []).append(resource.name)
    kinds = sorted(names, key=lambda kind: -len(names[kind]))
    words = [f"{len(names[kind])} {kind} {_first(sorted(names[kind]))}" for kind in kinds[:_SHOWN]]
    others = kinds[_SHOWN:]
    if others:
        words.append(f"{sum(len(names[kind]) for kind in others)} of {counted(len(others), 'other kind')}")
    return ", ".join(words)


_SHOWN: Final = 4
"""Kinds that a list names, and of each as many resources at most."""


def _first(names: Sequence[str]) -> str:
    return f"[{', '.join((*names[:_SHOWN], *(['…'] if len(names) > _SHOWN else [])))}]"


def _tenant_refusal(stack: str, identity: str, count: int, wanted: str | None) -> str:
    if wanted is None:
        return (
            f"Tenant {identity!r} has no row any more and its resources would be deleted: put the row back; to delete "
            f"the tenant set its state to `deleted`, run `make up STACK={stack}`, then remove the row."
        )
    return (
        f"Tenant {identity!r} would lose {count} of its resources (deleted or replaced) while it is {wanted}: "
        "undo that change of the program."
    )


def _is_guarded_companion(resource: Deployed, state: Mapping[str, Deployed]) -> bool:
    """Whether it only exists for a protected resource of a guarded room, as a log bucket's policy does."""
    if not any(each.kind.rsplit(":", 1)[-1] in GUARDED_ROOMS for each in lineage(resource, state)):
        return False
    return any(state[urn].protected for urn in resource.dependencies if urn in state)


def _is_taken_when_cut_off(resource: Deployed, state: str | None) -> bool:
    """Whether it is a right that a tenant in this state has no more."""
    return state not in (None, "active") and resource.kind in TAKEN_WHEN_CUT_OFF and not resource.protected


def _may_be_deleted(tenant: Deployed, wanted: Mapping[str, str]) -> bool:
    """Whether the tenant was last deployed as deleted, and its row is gone or still says so."""
    return tenant.outputs.get("state") == "deleted" and wanted.get(tenant.name) in (None, "deleted")
