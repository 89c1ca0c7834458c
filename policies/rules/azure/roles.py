"""Who may do what in Azure: roles, to whom and on what they are given, and whose tokens identities take."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from policies.properties import UndeterminedError
from policies.rbac.copies import keys_over
from policies.rbac.directory import CONTAINER, Directory
from policies.references import means
from policies.resources import TENANT_TYPE, Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.tables import BuiltInRole, CustomRole, GivenRole, azure_roles

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
DEFINITION: Final = "azure-native:authorization:RoleDefinition"
CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
ROOMS: Final = ("hosting:aware:Access", "hosting:aware:Recoverers")
"""The rooms of people; their outputs name the groups by function, those whose members stay and those who are let in for
hours."""

KEY: Final = "azure-native:keyvault:Key"
_OPENS_KEYS: Final = "Key Vault Crypto Service Encryption User"

_WITH_IDENTITY: Final = ("azure-native:dataprotection:BackupVault", "azure-native:search:Service")
"""Resources that act as an identity of their own."""

_STORES: Final = (
    "azure-native:dataprotection:BackupVault",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventhub:Namespace",
    "azure-native:storage:StorageAccount",
)
"""What opens a key as an identity."""

_DOMAIN: Final = "azure-native:cdn:AFDCustomDomain"
_AUDIENCE: Final = "api://AzureADTokenExchange"
"""The audience that Entra takes in a token to be exchanged (Entra documentation, "Workload identity federation")."""

_BUILT_IN_ID: Final = re.compile(r"(?i)/subscriptions/[^/]+/providers/Microsoft\.Authorization/roleDefinitions/([^/]+)")
_GROUP_ID: Final = re.compile(r"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+")
_ACTION: Final = re.compile(r"ActionMatches\{'([^']+)'\}")
_CONDITION: Final = re.compile(
    r"\(\((?P<actions>!\(ActionMatches\{'[^']+'\}\)(?: AND !\(ActionMatches\{'[^']+'\}\))*)\) OR \(@Resource\["
    r"Microsoft\.Storage/storageAccounts/blobServices/containers:name\] (?:ForAnyOfAnyValues:)?StringEquals "
    r"(?P<containers>'[^'*?]+'|\{'[^'*?]+'(?:, ?'[^'*?]+')*\})\)\)",
    re.IGNORECASE,
)
"""A condition by which actions hold in the containers that it names only (Azure documentation, "Example Azure role
assignment conditions for Blob Storage"). Any other has to be reviewed first."""
_NAME: Final = re.compile(r"'([^']+)'")


# Roles of our own.


@rule(DEFINITION)
def role_does_what_is_reviewed_only(definition: Resource) -> Findings:
    """Rights that nobody reviewed read keys, open a shell, or give rights; an asterisk takes in what is yet to come."""
    reviewed = _own(definition)
    if reviewed is None:
        yield "nobody has reviewed the role: take one of azure_roles.toml, or add it there"
        return
    if len(definition.get("permissions", [])) == 0:
        yield "the role says nothing: set permissions"
    for number, permission in definition.numbered("permissions"):
        place = f"permissions[{number}]"
        actions = set(permission.get("actions", []))
        if not actions <= azure_roles().actions(reviewed):
            yield f"the role does what nobody has reviewed: take it out of {place}.actions (azure_roles.toml)"
        if actions and not reviewed.not_actions <= set(permission.get("not_actions", [])):
            yield f"the role reads logs and images: name those actions in {place}.not_actions (azure_roles.toml)"
        if not set(permission.get("data_actions", [])) <= reviewed.data_actions:
            yield f"the role gets at content or uses keys: take that out of {place}.data_actions (azure_roles.toml)"


def _own(definition: Resource) -> CustomRole | None:
    return azure_roles().custom.get(definition.resource_name)


@rule(DEFINITION)
def role_is_of_own_groups(definition: Resource) -> Findings:
    """A role that can be given on a whole subscription, or above, reaches what nobody meant."""
    scopes = [definition.get("scope", None), *definition.get("assignable_scopes", [])]
    if len(scopes) < 2 or not all(_GROUP_ID.fullmatch(each or "") for each in scopes):
        yield "the role can be given on more than a resource group: set scope and assignable_scopes to resource groups"
    if definition.get("role_type", "CustomRole") != "CustomRole":
        yield "the role takes the place of one of Azure's own: set role_type to CustomRole"


# To whom and on what roles are given.


def _role(assignment: Resource, stack: Stack) -> GivenRole | None:
    """The reviewed role, Azure's or the stack's own, that is given; None for any other."""
    own = stack.meant(assignment, "role_definition_id", (DEFINITION,), "id")
    if own:
        return _own(own[0])
    match = _BUILT_IN_ID.fullmatch(assignment.get("role_definition_id", None) or "")
    return next((each for each in azure_roles().built_in.values() if match and each.id == match[1].lower()), None)


@stack_rule(ASSIGNMENT)
def role_given_is_reviewed(assignment: Resource, stack: Stack) -> Findings:
    """Owner, Contributor and their like change or give everything; nobody has them, not for an hour."""
    role = _role(assignment, stack)
    if role is None:
        yield "nobody has reviewed the role: give one of azure_roles.toml, or one that the stack defines"
    else:
        yield _is_narrowed(assignment, role, stack)
    if assignment.has("delegated_managed_identity_resource_id"):
        yield "the role is given across tenants of Entra: remove delegated_managed_identity_resource_id"


def _is_narrowed(assignment: Resource, role: GivenRole, stack: Stack) -> Findings:
    # One of Azure's own may be given on a whole account that holds nothing of tenants.
    if not role.conditional or (
        isinstance(role, BuiltInRole) and not stack.derived(Directory).tenants_below(assignment, CONTAINER)
    ):
        return
    condition = _CONDITION.fullmatch(" ".join((assignment.get("condition", None) or "").split()))
    if condition is None or assignment.get("condition_version", None) != "2.0":
        yield "the role holds for everything there: name containers in a condition of version 2.0"
        return
    named = {each.lower() for each in _ACTION.findall(condition["actions"])}
    if {each.lower() for each in role.conditional} - named:
        yield "the condition leaves out an action, which then holds for everything there: name all that the role may do"
    if role.containers and not set(_NAME.findall(condition["containers"])) <= role.containers:
        yield f"the role holds for customers' data: name {', '.join(sorted(role.containers))} alone in the condition"


@stack_rule(ASSIGNMENT)
def role_is_given_on_narrowest_scope(assignment: Resource, stack: Stack) -> Findings:
    """A role on a resource group holds for all that is in it, and for whatever comes to be there."""
    role = _role(assignment, stack) or not_applicable("role-given-is-reviewed judges it")

    def read() -> str | None:
        scope = assignment.get("scope", None)
        if role.below is None or scope is None:
            return scope
        resource, part, name = str(scope).rpartition(f"/{role.below}/")
        return resource if part and name and "/" not in name else None

    def fits(target: Resource) -> bool:
        lent = stack.derived(Directory).lent.get(target.urn, ()) if role.lent_to else ()
        is_lent = not role.lent_to or any(each.resource_type == role.lent_to for each in lent)
        return is_lent and not (role.apart and _holds_something(target, stack))

    if not means(stack, assignment, "scope", read=read, targets=dict.fromkeys(role.on, ("id",)), fits=fits):
        alone = " in which the stack has nothing" if role.apart else f" of a {role.lent_to}" if role.lent_to else ""
        yield f"the role holds for more, or for something else: set scope to one of {', '.join(role.on)}{alone}"


def _holds_something(group: Resource, stack: Stack) -> bool:
    """Whether a resource of the stack lies in the resource group; roles and policies about it don't."""
    return any(
        stack.refers_to(each, "resource_group_name", group, "name")
        for each in stack.resources
        if each.is_of_cloud and each.urn != group.urn and "resourceGroupName" in each.names()
    )


@stack_rule(ASSIGNMENT)
def role_that_data_stand_on_is_protected(assignment: Resource, stack: Stack) -> Findings:
    """A store whose identity loses its role on the key is shut, and a vault that loses its own backs nothing up."""
    if assignment.is_of_tenant:
        not_applicable("tenant-resource-is-protected judges it")
    role = _role(assignment, stack)
    if role is None or not role.lasting:
        not_applicable("no data stand on the role")
    if not assignment.protected:
        yield "the engine may take the role away: set protect=True"


@stack_rule(IDENTITY)
def identity_that_data_stand_on_is_protected(identity: Resource, stack: Stack) -> Findings:
    """A new identity of the same name has no role: the store that opens its key as the old one is shut."""
    if identity.is_of_tenant:
        not_applicable("tenant-resource-is-protected judges it")
    stores = [each for each in stack.derived(Directory).lent.get(identity.urn, ()) if each.resource_type in _STORES]
    if not stores:
        not_applicable("no store works as the identity")
    if not identity.protected:
        yield f"the engine may delete the identity as which {stores[0].resource_name} opens its key: set protect=True"


@stack_rule(ASSIGNMENT)
def role_is_given_to_own_workload_or_group(assignment: Resource, stack: Stack) -> Findings:
    """A stranger with a role is in; a person with a role of their own stays in when their function ends."""
    role = _role(assignment, stack) or not_applicable("role-given-is-reviewed judges it")
    kind = assignment.get("principal_type", "User")
    if kind == "Group":
        yield _is_given_to_group(assignment, role, stack)
    elif kind != "ServicePrincipal" or not _is_own_workload(assignment, stack):
        yield "somebody has the role for themselves: set principal_id to an identity of the stack's, or a group"
    elif "workload" not in role.to:
        yield "a workload has a role for people: set role_definition_id to another one"
    else:
        yield _is_given_to_whom_needs_it(assignment, role, stack)
        yield _is_given_where_needed(assignment, role, "workload", stack)


def _is_given_to_whom_needs_it(assignment: Resource, role: GivenRole, stack: Stack) -> Findings:
    directory = stack.derived(Directory)
    for grantee in directory.grantees(assignment):
        if grantee.resource is None:
            continue
        works_for = {each.resource_type for each in directory.lent.get(grantee.resource.urn, ())}
        works_for |= {grantee.resource.resource_type} - {IDENTITY}
        works_for |= {TENANT_TYPE} if stack.tenant(grantee.resource) is not None else set()
        if not works_for & role.works_for:
            yield f"{grantee.label} does something else: give the role to one that works for what needs it"


def _is_given_to_group(assignment: Resource, role: GivenRole, stack: Stack) -> Findings:
    principal = assignment.get("principal_id", None)
    functions = {name for name, group in _groups(stack) if group == principal}
    if not functions:
        yield "nobody reviews who is in the group: set principal_id to a group of the stack identity"
    elif not role.to - {"workload"}:
        yield "people have a role for workloads: set principal_id to the identity that needs it"
    elif not functions <= role.to:
        yield f"the role is not for those of {', '.join(sorted(functions - role.to))}: give it to another group"
    else:
        yield (_is_given_where_needed(assignment, role, function, stack) for function in sorted(functions))


def _is_given_where_needed(assignment: Resource, role: GivenRole, holder: str, stack: Stack) -> Findings:
    names = {str(name): places for name, places in role.at.items()}.get(holder)
    if names is None:
        return
    for scope in stack.meant(assignment, "scope", role.on, "id"):
        if scope.resource_name not in names:
            yield f"{scope.resource_name} is not the business of {holder}: set scope to {', '.join(sorted(names))}"


def _groups(stack: Stack) -> Iterator[tuple[str, str]]:
    """The groups of people, with their functions."""
    for room in stack.of_type(*ROOMS):
        for groups in (room.part("standing_groups"), room.part("eligible_groups")):
            yield from ((name, groups.get(name, None)) for name in groups.names())


def let_in_groups(stack: Stack) -> set[str]:
    """The groups into which people are let for some hours."""
    return {each for room in stack.of_type(*ROOMS) for each in room.part("eligible_groups").plain().values()}


def _is_own_workload(assignment: Resource, stack: Stack) -> bool:
    def read() -> str | None:
        return assignment.get("principal_id", None)

    own = [each for each in stack.sources(assignment, "principal_id") if each.resource_type in _WITH_IDENTITY]
    if own:
        try:
            return read() in [each.part("identity").get("principal_id", None) for each in own]
        except UndeterminedError:
            return True
    return means(stack, assignment, "principal_id", read=read, targets={IDENTITY: ("principal_id",)})


@stack_rule(ASSIGNMENT)
def key_is_opened_for_what_lies_under_it(assignment: Resource, stack: Stack) -> Findings:
    """An identity that opens another store's key reads that store, once it comes by its ciphertext or its place."""
    keys = stack.meant(assignment, "scope", (KEY,), "id")
    if not keys or any(stack.tenant(key) is not None for key in keys):
        not_applicable("the role is on no key that tenants share")
    if _role(assignment, stack) is not azure_roles().built_in[_OPENS_KEYS]:
        not_applicable("the role opens nothing")
    directory = stack.derived(Directory)
    for grantee in directory.grantees(assignment):
        if grantee.resource is None:
            continue
        users = [grantee.resource, *directory.lent.get(grantee.resource.urn, ())]
        for key in keys:
            if not any(key in keys_over(user, stack) for user in users):
                yield f"nothing that works as {grantee.label} lies under {key.resource_name}: remove the RoleAssignment"


# Whose tokens an identity takes.


@stack_rule(CREDENTIAL)
def federation_takes_own_tokens_only(credential: Resource, stack: Stack) -> Findings:
    """Whoever signs the tokens that an identity takes can be that identity."""
    issuer = urlsplit(credential.get("issuer", ""))
    hosts = {domain.host_name for domain in stack.of_type(_DOMAIN)}
    if issuer.scheme != "https" or issuer.netloc not in hosts or len(issuer.path) < 2:
        yield "somebody else signs: set issuer to the token service behind the stack's own domain"
    if list(credential.get("audiences", [])) != [_AUDIENCE]:
        yield f"tokens for others are taken: set audiences to {_AUDIENCE} alone"


@stack_rule(CREDENTIAL)
def federation_awaits_its_own_tenant(credential: Resource, stack: Stack) -> Findings:
    """A token for one tenant must never open another; one that is cut off is awaited under a name that nobody gets."""
    tenant = stack.tenant_component(credential)
    if tenant is None:
        yield (
            "only tenants' work is done with tokens from outside: set the option parent to a tenant's component, or "
            "remove the credential"
        )
        return
    served = tenant.get("state", "active") == "active"
    wanted = f"{'tenant' if served else 'cut-off'}/{tenant.resource_name}"
    if credential.get("subject", None) != wanted:
        yield f"the credential awaits somebody else: set subject to {wanted}"

    # Two identities of one name may stand in two resource groups: what it was computed from counts as well.
    computed = stack.sources(credential, "resource_name")
    named = [each for each in stack.meant(credential, "resource_name", [IDENTITY], "name") if each in computed]
    if not any(stack.tenant(each) == tenant.resource_name for each in named):
        yield "the credential is of another identity: set resource_name to the tenant's own"
