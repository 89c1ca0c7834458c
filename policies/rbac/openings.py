"""What an assignment or an identity opens of what belongs to tenants, and who may have that."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from policies.principals import principals
from policies.properties import UndeterminedError, is_unknown
from policies.rbac.directory import (
    ACCOUNT,
    ASSIGNMENTS,
    CONTAINER,
    IDENTITY,
    KEY,
    SCOPE,
    SEARCH,
    Directory,
    Grantee,
    allows,
)
from policies.resources import Resource, Stack
from policies.rulebook import Findings

_KEYS: Final = "Microsoft.KeyVault/vaults/keys"

USE: Final = tuple(
    f"{_KEYS}/{each}/action" for each in ("unwrap", "decrypt", "wrap", "encrypt", "sign", "release", "backup")
)
"""What reads or writes under a key, or takes it out (data plane)."""

SIGN: Final = tuple(f"{_KEYS}/{each}/action" for each in ("sign", "release", "backup", "decrypt"))
"""What signs with a key, or takes it out (data plane)."""

ADMINISTRATION: Final = (
    *(f"{_KEYS}/{each}/action" for each in ("create", "import", "purge", "recover", "restore", "rotate", "update")),
    f"{_KEYS}/delete",
    "Microsoft.KeyVault/vaults/keyrotationpolicies/write",
)
"""What becomes of a key (data plane)."""

GRANTS: Final = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.Authorization/denyAssignments/delete",
)
"""What gives somebody else, or oneself, any right (control plane)."""

KEY_CONTROL: Final = (
    *GRANTS,
    "Microsoft.KeyVault/vaults/accessPolicies/write",
    "Microsoft.KeyVault/vaults/delete",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.KeyVault/vaults/keys/write",
)
"""What changes a vault, or who may use its keys (control plane)."""

_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"

BLOBS: Final = tuple(
    f"{_BLOBS}/{each}"
    for each in (
        "read",
        "write",
        "delete",
        "add/action",
        "filter/action",
        "manageOwnership/action",
        "move/action",
        "runAsSuperUser/action",
        "tags/read",
    )
)
"""What reads or writes content (data plane)."""

ACCOUNT_CONTROL: Final = (
    *GRANTS,
    "Microsoft.Storage/storageAccounts/ListAccountSas/action",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Storage/storageAccounts/listServiceSas/action",
    "Microsoft.Storage/storageAccounts/regenerateKey/action",
    "Microsoft.Storage/storageAccounts/write",
)
"""What gets at an account's secrets, or lets them be used."""

DOCUMENTS: Final = tuple(
    f"Microsoft.Search/searchServices/indexes/documents/{each}" for each in ("read", "write", "delete")
)

SEARCH_CONTROL: Final = (
    *GRANTS,
    "Microsoft.Search/searchServices/createQueryKey/action",
    "Microsoft.Search/searchServices/listAdminKeys/action",
    "Microsoft.Search/searchServices/listQueryKeys/action",
    "Microsoft.Search/searchServices/regenerateAdminKey/action",
    "Microsoft.Search/searchServices/write",
)

IDENTITY_CONTROL: Final = (
    *GRANTS,
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    "Microsoft.ManagedIdentity/userAssignedIdentities/write",
)
"""What makes somebody able to act as an identity."""

AUDIENCE: Final = "api://AzureADTokenExchange"


def keys_opened(assignment: Resource, stack: Stack) -> Findings:
    """Yields what the assignment opens of tenants' keys to somebody who isn't meant to have that."""
    directory = stack.derived(Directory)
    permissions = directory.permissions(assignment)
    use = allows(permissions, USE, of_data=True)
    look_after = allows(permissions, ADMINISTRATION, of_data=True)
    control = allows(permissions, KEY_CONTROL, of_data=False)
    tenants = directory.tenants_below(assignment, KEY) if use or look_after or control else set[str]()
    declared = principals().assignment(assignment, stack)
    for grantee in directory.grantees(assignment) if tenants else []:
        if use is not None and not _uses_keys_of(grantee, tenants, stack):
            yield (
                f"{grantee.label} may use the keys of {_named(tenants)} ({use}): "
                "give the role to the tenant's own identity, storage's or Search's, on the one key"
            )
        is_keeper = declared is not None and declared.administers and grantee.is_group
        administer = control or (None if is_keeper else look_after)
        if administer is not None:
            yield (
                f"{grantee.label} may administer the keys of {_named(tenants)} ({administer}): remove the "
                "RoleAssignment"
            )


def content_opened(assignment: Resource, stack: Stack) -> Findings:
    """Yields what the assignment opens of tenants' blobs and indexes to somebody who isn't meant to have that."""
    directory = stack.derived(Directory)
    permissions = directory.permissions(assignment)
    blobs, account = allows(permissions, BLOBS, of_data=True), allows(permissions, ACCOUNT_CONTROL, of_data=False)
    documents, search = allows(permissions, DOCUMENTS, of_data=True), allows(permissions, SEARCH_CONTROL, of_data=False)
    declared = principals().assignment(assignment, stack)
    may_read = declared is not None and declared.reads
    tenants = directory.tenants_below(assignment, CONTAINER) if blobs or account else set[str]()
    for grantee in directory.grantees(assignment) if tenants else []:
        is_meant = _is_of(grantee, tenants, stack) or (may_read and grantee.is_group)
        operation = account or (None if is_meant else blobs)
        if operation is not None:
            yield f"{grantee.label} reaches the containers of {_named(tenants)} ({operation}): {_MEND}"
    for service in stack.of_type(SEARCH) if documents or search else []:
        whole, part = directory.covers(assignment, service), directory.is_below(assignment, service)
        for grantee in directory.grantees(assignment) if whole or part else []:
            own = None if grantee.resource is None else stack.tenant(grantee.resource)
            is_meant = may_read or (not whole and own is not None and _is_index_of(assignment, own))
            operation = search or (None if is_meant else documents)
            if operation is not None:
                yield f"{grantee.label} reaches {'the indexes' if whole else 'an index'} ({operation}): {_MEND}"


_MEND: Final = "give the role to the tenant's own identity, on what is the tenant's"


def identity_lent(identity: Resource, stack: Stack) -> Findings:
    """Yields whatever can act as an identity that opens tenants' data, and isn't meant to."""
    directory = stack.derived(Directory)
    tenant = stack.tenant(identity)
    signer = _signers(stack).get(identity.urn)
    for user in directory.lent.get(identity.urn, ()):
        is_meant = user.resource_name in signer if signer is not None else user.resource_type == ACCOUNT
        if tenant is not None or not is_meant:
            kind = user.resource_type.rpartition(":")[2]
            yield f"{kind} {user.resource_name} runs as it: detach it, and take one without access to tenants' data"
    waiting: list[UndeterminedError] = []
    for assignment, can in stack.derived(_controls_of_identities):
        try:
            grantees = directory.grantees(assignment) if directory.covers(assignment, identity) else []
        except UndeterminedError as error:
            waiting.append(error)
            continue
        for grantee in grantees:
            by = f"{can}, by {assignment.resource_name}"
            yield f"{grantee.label} can come to act as it ({by}): remove the RoleAssignment"
    if waiting:
        raise waiting[0]


def _controls_of_identities(stack: Stack) -> list[tuple[Resource, str]]:
    """The assignments by which one can come to act as an identity, with the operation that does it."""
    directory = stack.derived(Directory)
    judged = (
        (each, allows(directory.permissions(each), IDENTITY_CONTROL, of_data=False))
        for each in stack.of_type(*ASSIGNMENTS)
    )
    return [(assignment, operation) for assignment, operation in judged if operation is not None]


def opens_tenants_data(identity: Resource, stack: Stack) -> bool:
    """Whether an identity is a tenant's own, opens tenants' keys for storage, or signs for tenants."""
    if stack.tenant(identity) is not None:
        return True
    return identity.urn in _storage_identities(stack) or identity.urn in _signers(stack)


def _signers(stack: Stack) -> Mapping[str, tuple[str, ...]]:
    """The identities that may sign for whom a service works, by URN, with the names of what runs as them."""
    return stack.derived(_find_signers)


def _find_signers(stack: Stack) -> Mapping[str, tuple[str, ...]]:
    directory = stack.derived(Directory)
    found: dict[str, tuple[str, ...]] = {}
    for assignment in stack.of_type(*ASSIGNMENTS):
        declared = principals().assignment(assignment, stack)
        if declared is not None and declared.signs_as:
            try:
                grantees = directory.grantees(assignment)
            except UndeterminedError:
                continue  # The rule about the assignment says so.
            found |= {each.resource.urn: declared.signs_as for each in grantees if each.resource is not None}
    return found


def signature_opened(assignment: Resource, stack: Stack) -> Findings:
    """Yields whom the assignment lets sign for whom a service works, if that isn't meant: a signer is every tenant."""
    directory = stack.derived(Directory)
    permissions = directory.permissions(assignment)
    use, look_after = allows(permissions, SIGN, of_data=True), allows(permissions, ADMINISTRATION, of_data=True)
    control = allows(permissions, KEY_CONTROL, of_data=False)
    keys = directory.signing_keys if use or look_after or control else []
    if not any(directory.covers(assignment, key) for key in keys):
        return
    declared = principals().assignment(assignment, stack)
    for grantee in directory.grantees(assignment):
        is_signer = declared is not None and declared.signs_as and grantee.resource is not None
        if use is not None and not is_signer:
            yield f"{grantee.label} may sign for tenants ({use}): leave that to the token service"
        is_keeper = declared is not None and declared.administers and grantee.is_group
        operation = control or (None if is_keeper else look_after)
        if operation is not None:
            yield (
                f"{grantee.label} may administer the key that signs for tenants ({operation}): remove the "
                "RoleAssignment"
            )


def is_awaited_wrongly(credential: Resource, tenant: str, stack: Stack) -> Findings:
    """Yields whom else than the token service's word for its tenant a tenant's identity awaits."""
    subject = credential.subject
    if subject not in (f"tenant/{tenant}", f"cut-off/{tenant}"):
        yield "subject is not the tenant's own: set it to tenant/ and the tenant's id"
    issuer = urlsplit(str(credential.issuer))
    own = [
        each for each in stack.of_type("azure-native:cdn:AFDCustomDomain") if each.get("host_name", None) is not None
    ]
    if issuer.scheme != "https" or issuer.netloc not in {each.host_name for each in own}:
        yield "issuer is not the token service of this stack: set it to an address on the portal's domain"
    if list(credential.audiences) != [AUDIENCE]:
        yield f"the audience is not Entra's exchange: set audiences to {AUDIENCE} alone"


def _uses_keys_of(grantee: Grantee, tenants: set[str], stack: Stack) -> bool:
    """Whether the grantee is one of the three that may use the keys of these tenants."""
    if grantee.resource is None:
        return False
    if _is_of(grantee, tenants, stack):
        return True
    return grantee.resource.resource_type == SEARCH or grantee.resource.urn in _storage_identities(stack)


def _is_of(grantee: Grantee, tenants: set[str], stack: Stack) -> bool:
    """Whether the grantee is the identity of the one tenant whose things these are."""
    resource = grantee.resource
    return resource is not None and resource.resource_type == IDENTITY and {stack.tenant(resource)} == tenants


def _is_index_of(assignment: Resource, tenant: str) -> bool:
    scope = assignment.all_properties().get("scope")
    return isinstance(scope, str) and not is_unknown(scope) and scope.lower().endswith(f"/indexes/tenant-{tenant}")


def _storage_identities(stack: Stack) -> Mapping[str, Resource]:
    """The identities of the storage accounts in which tenants have encryption scopes, by URN."""
    return stack.derived(_find_storage_identities)


def _find_storage_identities(stack: Stack) -> Mapping[str, Resource]:
    directory = stack.derived(Directory)
    accounts = {each.all_properties().get("accountName"): each for each in stack.of_type(ACCOUNT)}
    found: dict[str, Resource] = {}
    for scope in stack.of_type(SCOPE):
        if stack.tenant(scope) is None:
            continue
        name = scope.all_properties().get("accountName")
        holders = stack.sources(scope, "account_name") if is_unknown(name) else [accounts.get(name)]
        for account in holders:
            if account is not None and account.resource_type == ACCOUNT:
                found |= {each.urn: each for each in directory.attached(account)}
    return found


def _named(tenants: set[str]) -> str:
    first, *others = sorted(tenants)
    return f"tenant {first}" + (f" and {len(others)} more" if others else "")
