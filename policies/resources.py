"""Resources and the graph between them, as rules see them."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzerProviderResource, AnalyzerResource

from policies.properties import Reads, Record, UndeterminedError, Values, camel_case, decode, read_json
from policies.terms import Terms

TENANT_TYPE: Final = "hosting:infra:Tenant"
"""The component under which everything of one tenant hangs; its name is the tenant's id."""

SERVICE_TYPES: Final = (
    "hosting:aware:Aware",
    "hosting:cloud_integrated:CloudIntegrated",
    "hosting:identity:Identity",
)
"""The component of the one service that a stack hosts; its outputs say service, stack and, as far as it has them, its
region and terms."""

STACK_TYPE: Final = "pulumi:pulumi:Stack"

_Derived = TypeVar("_Derived")

_PLACE: Final = re.compile(r"[a-z]\w*Name|scope|scopeId|resourceUri")
"""The inputs that say where an Azure resource stands: its outputs say it in their `id` only."""

_RESHAPED: Final[Mapping[str, tuple[str, ...]]] = {"azure-native:keyvault:Key": ("properties",)}
"""The inputs that Azure's outputs spread out under other names."""

OF_NO_REGION: Final = (
    "aws:backup/globalSettings:",
    "aws:cloudfront/",
    "aws:globalaccelerator/",
    "aws:iam/",
    "aws:route53/",
    "aws:s3/accountPublicAccessBlock:",
)
"""With what the types begin that AWS has once per account: they mean resources of any region."""

_API_VERSION: Final = re.compile(r"/v\d{8}(preview)?(?=:)")


def canonical_type(resource_type: str) -> str:
    """The type without an Azure API version: `azure-native:storage/v20240101:Blob` is `azure-native:storage:Blob`."""
    return _API_VERSION.sub("", resource_type)


class Resource(Record):
    """One resource: its properties by name, and what the engine knows of it."""

    __slots__ = (
        *("_depends_on", "_provider_settings", "_raw", "ignored_changes", "parent_urn", "protected", "provider"),
        *("resource_name", "resource_type", "took_over", "urn"),
    )

    def __init__(
        self,
        resource_type: str,
        urn: str,
        name: str,
        properties: Struct | Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        *,
        protected: bool = False,
        ignored_changes: Sequence[str] = (),
        took_over: Sequence[str] = (),
        provider: AnalyzerProviderResource | None = None,
        parent_urn: str | None = None,
        depends_on: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__({})
        self._raw: Struct | Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = properties
        self._provider_settings: Record | None = None
        self._depends_on = depends_on or {}
        self.resource_type = canonical_type(resource_type)
        self.urn = urn
        self.resource_name = name
        """The logical name, the last part of the URN."""
        self.protected = protected
        self.ignored_changes = ignored_changes
        """The properties, as paths, that keep what they have, whatever the program says and whoever changed it."""
        self.took_over = took_over
        """URNs by which the resource was known before, and whose place in the cloud it has: aliases that were used."""
        self.provider = provider
        self.parent_urn = parent_urn

    @staticmethod
    def of_request(request: AnalyzeRequest) -> "Resource":
        """A resource that is about to be registered: its properties are its inputs."""
        return Resource(
            request.type,
            request.urn,
            request.name,
            request.properties,
            protected=request.options.protect,
            ignored_changes=tuple(request.options.ignoreChanges),
            took_over=tuple(request.options.aliases),
            provider=request.provider if request.HasField("provider") else None,
            parent_urn=request.options.parent or None,
        )

    @staticmethod
    def of_state(resource: AnalyzerResource) -> "Resource":
        """A resource of the finished stack: its properties are its outputs, in a preview as far as they are known."""
        return Resource(
            resource.type,
            resource.urn,
            resource.name,
            resource.properties,
            protected=resource.options.protect,
            ignored_changes=tuple(resource.options.ignoreChanges),
            took_over=tuple(resource.options.aliases),
            provider=resource.provider if resource.HasField("provider") else None,
            parent_urn=resource.parent or None,
            depends_on={name: tuple(each.urns) for name, each in resource.propertyDependencies.items()},
        )

    def with_inputs(self, inputs: "Resource | None") -> "Resource":
        """The same resource, where the inputs that were asked for take the place of outputs of the same name.

        What the cloud adds inside a property, such as the id of a system-assigned identity, stays.
        """
        if inputs is None:
            return self
        return self._with(lambda: _overlaid(self.all_properties(), inputs.all_properties()))

    def placed_by(self, inputs: "Resource | None") -> "Resource":
        """The same resource of a finished stack, with those inputs that Azure's outputs don't repeat.

        They say where it stands (`vaultName`, `scope`). What says how it is set up is left to the outputs, which tell
        what the cloud has. In AWS outputs repeat every input.
        """
        if inputs is None or not self.resource_type.startswith("azure-native:"):
            return self
        kept = _RESHAPED.get(self.resource_type, ())

        def properties() -> Mapping[str, Any]:
            asked_for = inputs.all_properties()
            placed = {name: asked_for[name] for name in asked_for if name in kept or _PLACE.fullmatch(name)}
            return {**placed, **self.all_properties()}

        return self._with(properties)

    def _with(self, properties: Callable[[], Mapping[str, Any]]) -> "Resource":
        return Resource(
            self.resource_type,
            self.urn,
            self.resource_name,
            properties,
            protected=self.protected,
            ignored_changes=self.ignored_changes,
            took_over=self.took_over,
            provider=self.provider,
            parent_urn=self.parent_urn,
            depends_on=self.depends_on,
        )

    def all_properties(self) -> Mapping[str, Any]:
        """All properties as plain values. For what looks at resources as a whole; a rule reads them by name."""
        self._unwrap()
        return self._values

    @property
    def reads(self) -> Reads:
        """The properties that rules have read of it."""
        return self._reads

    @property
    def is_of_cloud(self) -> bool:
        """Whether it stands for something in a cloud, and is no component or provider of the program."""
        return self.resource_type.startswith(("aws:", "azure-native:", "azuread:"))

    @property
    def is_of_tenant(self) -> bool:
        """Whether it hangs below a tenant's component."""
        return TENANT_TYPE in self.urn.split("::")[2].split("$")[:-1]

    @property
    def depends_on(self) -> Mapping[str, Sequence[str]]:
        """URNs that each top-level property was computed from; known even when the values are not."""
        return self._depends_on

    def provider_property(self, name: str) -> Any:
        """A setting of the resource's provider, such as `region`; None when it isn't set.

        Raises UndeterminedError when it isn't known yet.
        """
        if self._provider_settings is None:
            settings = {} if self.provider is None else decode(self.provider.properties)
            self._provider_settings = Record(settings, "provider")
        return self._provider_settings.get(name, None)

    @property
    def allowed_accounts(self) -> list[str]:
        """The AWS accounts in which its provider, or it as a provider, works; none when the provider names none.

        Raises UndeterminedError when they aren't known yet.
        """
        is_provider = self.resource_type.startswith("pulumi:providers:")
        name = "allowed_account_ids"
        accounts = self.get(name, None) if is_provider else self.provider_property(name)
        # The engine keeps a provider's settings as text.
        return [str(each) for each in (read_json(accounts) if isinstance(accounts, str) else accounts or [])]

    def lacks(self, name: str) -> bool:
        """Whether a property is known to be unset or empty. What it says isn't read: no answer hangs on that."""
        return self.all_properties().get(camel_case(name)) in (None, "", [], {})

    def mentions(self, texts: Collection[str]) -> bool:
        """Whether one of these texts is the value of any property, however deep."""
        self._unwrap()
        return _holds(self._values, texts)

    def names(self) -> list[str]:
        """The names of the properties that are set, as the cloud spells them."""
        self._unwrap()
        return super().names()

    def _look_up(self, name: str) -> tuple[Any, str, tuple[str, ...]]:
        self._unwrap()
        return super()._look_up(name)

    def _unwrap(self) -> None:
        """Decodes the properties, once, and only when a rule reads one: most resources concern only few rules."""
        if self._raw is not None:
            raw = self._raw
            self._values = decode(raw) if isinstance(raw, Struct) else raw() if callable(raw) else raw
            self._raw = None


class Stack:
    """All resources of a stack, with their parents and dependencies."""

    def __init__(self, resources: Sequence[Resource], terms: Terms | None = None) -> None:
        # The engine shows them as they became ready, otherwise in each run: no answer and no sentence may hang on that.
        self.resources = sorted(resources, key=lambda each: each.urn)
        self._configured_terms = terms or Terms()
        self._references: dict[tuple[str, tuple[str, ...]], _References] = {}
        self._derived: dict[Callable[[Stack], Any], Any] = {}
        self._identities: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[object, list[Resource]]] = {}
        self._components: dict[str | None, Resource | None] = {}
        """The tenant's component above what has this parent, by the parent's URN."""
        self._by_urn = {resource.urn: resource for resource in resources}
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            self._by_type[resource.resource_type].append(resource)

    def derived(self, make: "Callable[[Stack], _Derived]") -> _Derived:
        """What `make` computes from the stack, such as a graph: computed once, however many rules ask for it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return self._derived[make]

    def of_type(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for name in types for resource in self._by_type.get(name, ())]

    def ancestors(self, resource: Resource) -> Iterable[Resource]:
        """Its parent, the parent's parent and so on."""
        while resource.parent_urn is not None and resource.parent_urn in self._by_urn:
            resource = self._by_urn[resource.parent_urn]
            yield resource

    def tenant(self, resource: Resource) -> str | None:
        """The id of the tenant that the resource belongs to, None for what tenants share."""
        component = self.tenant_component(resource)
        return None if component is None else component.resource_name

    def tenant_component(self, resource: Resource) -> Resource | None:
        """The component of the tenant that the resource belongs to."""
        parent = resource.parent_urn
        if parent not in self._components:
            above = (each for each in self.ancestors(resource) if each.resource_type == TENANT_TYPE)
            self._components[parent] = next(above, None)
        return self._components[parent]

    @cached_property
    def tenants(self) -> frozenset[str]:
        """The ids of the stack's tenants."""
        return frozenset(each.resource_name for each in self.of_type(TENANT_TYPE))

    def hosts_nobody(self) -> bool:
        """Whether every tenant was let go, so that the stack itself may be taken down."""
        return all(tenant.get("state", "active") == "deleted" for tenant in self.of_type(TENANT_TYPE))

    @cached_property
    def _by_tenant(self) -> dict[tuple[str | None, str], list[Resource]]:
        owned: dict[tuple[str | None, str], list[Resource]] = defaultdict(list)
        for resource in self.resources:
            owned[self.tenant(resource), resource.resource_type].append(resource)
        return owned

    def of_tenant(self, tenant: str | None, *types: str) -> list[Resource]:
        """The tenant's resources of these types, or those that tenants share (None)."""
        return [resource for name in types for resource in self._by_tenant.get((tenant, name), ())]

    def sources(self, resource: Resource, *properties: str) -> list[Resource]:
        """The resources from which these top-level properties (all of them if none is named) were computed.

        None for a property that turned out unset or empty: whatever it was computed from, it means nothing.
        """
        names = [each for each in properties if not resource.lacks(each)] if properties else resource.depends_on
        return list({each.urn: each for name in names for each in self.dependencies(resource, name)}.values())

    def dependencies(self, resource: Resource, name: str) -> list[Resource]:
        """The resources from which a top-level property was computed, even one that the cloud doesn't tell again."""
        urns = resource.depends_on.get(camel_case(name), ())
        return [self._by_urn[urn] for urn in urns if urn in self._by_urn]

    @cached_property
    def _users(self) -> dict[str, list[Resource]]:
        users: dict[str, dict[str, Resource]] = defaultdict(dict)
        for resource in self.resources:
            for urns in resource.depends_on.values():
                for urn in urns:
                    users[urn][resource.urn] = resource
        return {urn: list(resources.values()) for urn, resources in users.items()}

    def users(self, resource: Resource) -> list[Resource]:
        """The resources that have a property computed from this one."""
        return self._users.get(resource.urn, [])

    def mentioning(self, target: Resource, *identifiers: str) -> list[Resource]:
        """The cloud's resources that hold one of the target's identifiers anywhere, or were computed from it."""
        known = identities(target, *identifiers)
        found = {user.urn: user for user in self.users(target)}
        for resource in self.resources if known else ():
            if resource.is_of_cloud and resource.urn != target.urn and resource.mentions(known):
                found[resource.urn] = resource
        return list(found.values())

    def refers_to(self, resource: Resource, name: str, target: Resource, *identifiers: str) -> bool:
        """Whether the property `name` of `resource` means `target`, known by one of its `identifiers`.

        By value where both are known, else by the dependency, which the engine knows before anything exists. Raises
        UndeterminedError when the value is unknown and computed from nothing in the stack.
        """
        sources = self.sources(resource, name)
        try:
            value = resource.get(name, None)
        except UndeterminedError:
            if not sources:
                raise
            return target in sources
        known = identities(target, *identifiers)
        return value in known or (not known and target in sources)

    def referring(self, name: str, target: Resource, types: Sequence[str], *identifiers: str) -> list[Resource]:
        """The resources of these types whose property `name` means `target`, as `refers_to` tells."""
        place = (name, tuple(types))
        index = self._references.get(place)
        if index is None:
            index = self._references[place] = _References(self, name, types)
        candidates = index.candidates(target, identities(target, *identifiers))
        return [each for each in candidates if self.refers_to(each, name, target, *identifiers)]

    def meant(
        self,
        resource: Resource,
        name: str,
        types: Sequence[str],
        *identifiers: str,
        read: Callable[[], str | Iterable[str] | None] | None = None,
    ) -> list[Resource]:
        """The resources of these types, and of the same region, that the property `name` of `resource` means.

        `read` gives the text or texts that mean them where these lie deeper in the property. By value where both are
        known, else by the dependency. Raises UndeterminedError when a value is unknown and computed from none of these.
        """
        sources = [source for source in self.sources(resource, name) if source.resource_type in types]
        try:
            value = resource.get(name, None) if read is None else read()
            texts = [value] if value is None or isinstance(value, str) else list(value)
        except UndeterminedError:
            if not sources:
                raise
            found = sources
        else:
            named = self._named(tuple(types), identifiers)
            found = [each for text in texts for each in named.get(text, ())]
            if any(texts):
                found += [source for source in sources if not identities(source, *identifiers)]
        return [each for each in {one.urn: one for one in found}.values() if _may_be_of_one_region(resource, each)]

    def _named(self, types: tuple[str, ...], identifiers: tuple[str, ...]) -> Mapping[object, list[Resource]]:
        place = (types, identifiers)
        index = self._identities.get(place)
        if index is None:
            index = self._identities[place] = defaultdict(list)
            for each in self.of_type(*types):
                for text in identities(each, *identifiers):
                    index[text].append(each)
        return index

    def terms(self, name: str) -> set[Any]:
        """The values of one of the terms: what its configuration names and what its service recorded."""
        recorded = [component.get(name, None) for component in self.of_type(*SERVICE_TYPES)]
        configured = getattr(self._configured_terms, name)
        # A list is compared as the terms hold one.
        plain = (tuple(sorted(each)) if isinstance(each, Values) else each for each in recorded)
        return {value for value in (configured, *plain) if value is not None}

    @cached_property
    def jurisdiction(self) -> str:
        """The hosting jurisdiction of the stack. Raises UndeterminedError, as all terms do."""
        return self._term("jurisdiction")

    @cached_property
    def deletion_policy_days(self) -> int:
        """Days from a tenant's termination until everything of it is erased."""
        return self._term("deletion_policy_days")

    @cached_property
    def log_days(self) -> int:
        """Days that logs stay searchable."""
        return self._term("log_days")

    @cached_property
    def on_call_email(self) -> str:
        """Where alarms go."""
        return self._term("on_call_email")

    @cached_property
    def on_call_phone(self) -> str:
        """Where alarms go as text messages too."""
        return self._term("on_call_phone")

    @cached_property
    def account_ids(self) -> tuple[str, ...]:
        """The account of AWS, or subscription of Azure, that the stack is made in."""
        return self._term("account_ids")

    @cached_property
    def entra_tenant_id(self) -> str:
        """The directory of Entra whose people and services it trusts."""
        return self._term("entra_tenant_id")

    @cached_property
    def identity_provider_arn(self) -> str:
        """The IAM SAML provider through which people sign in to AWS, and to the VPN."""
        return self._term("identity_provider_arn")

    @cached_property
    def break_glass_principal_arn(self) -> str:
        """The user of IAM who may take on the role for emergencies."""
        return self._term("break_glass_principal_arn")

    @cached_property
    def vpn_group_ids(self) -> tuple[str, ...]:
        """The groups of the identity provider whose members get into AWS's network over the VPN."""
        return self._term("vpn_group_ids")

    @cached_property
    def vpn_device_certificate_arns(self) -> tuple[str, ...]:
        """The certificates whose authorities say from which devices people get in."""
        return self._term("vpn_device_certificate_arns")

    @cached_property
    def break_glass_user_ids(self) -> tuple[str, ...]:
        """The accounts of Entra that Conditional Access leaves out."""
        return self._term("break_glass_user_ids")

    @cached_property
    def approver_user_ids(self) -> tuple[str, ...]:
        """Who approves and reviews access in Entra."""
        return self._term("approver_user_ids")

    @cached_property
    def guardian_group_ids(self) -> tuple[str, ...]:
        """The groups of Entra who let others in, or get past Conditional Access."""
        return self._term("guardian_group_ids")

    @cached_property
    def deployer_id(self) -> str:
        """The one whom questions about changes leave out."""
        return self._term("deployer_id")

    @cached_property
    def hosted_zone_id(self) -> str:
        """The zone of Route 53 in which the portal has its names."""
        return self._term("hosted_zone_id")

    def _term(self, name: str) -> Any:
        """Raises UndeterminedError when nothing says it, or when its sources contradict each other."""
        named = self.terms(name)
        if len(named) != 1:
            said = "is not known" if not named else "is named differently by its configuration and its service"
            raise UndeterminedError(f"the stack's {name.replace('_', ' ')} {said}")
        return named.pop()

    def regions(self) -> frozenset[str]:
        """The AWS regions in which the stack has resources, as far as they are known."""
        return self.derived(_regions)


class _References:
    """Who may refer to whom by one property: without it, comparing all with all takes the square of the tenants."""

    def __init__(self, stack: Stack, name: str, types: Sequence[str]) -> None:
        self._by_value: dict[object, list[Resource]] = defaultdict(list)
        self._by_source: dict[str, list[Resource]] = defaultdict(list)
        self._hidden: list[Resource] = []
        for resource in stack.of_type(*types):
            sources = stack.sources(resource, name)
            for source in sources:
                self._by_source[source.urn].append(resource)
            try:
                self._by_value[resource.get(name, None)].append(resource)
            except UndeterminedError:
                if not sources:
                    self._hidden.append(resource)

    def candidates(self, target: Resource, known: Iterable[str]) -> list[Resource]:
        """All that refer to the target, and some that only seem to."""
        found = [*self._by_source.get(target.urn, ()), *self._hidden]
        for value in known:
            found += self._by_value.get(value, ())
        return list({each.urn: each for each in found}.values())


def _regions(stack: Stack) -> frozenset[str]:
    return frozenset(region for each in stack.resources if (region := aws_region(each)) is not None)


def aws_region(resource: Resource) -> str | None:
    """The AWS region of a resource, its own or its provider's; None for what isn't of AWS or has none that is known."""
    if not resource.resource_type.startswith("aws:"):
        return None
    try:
        own = resource.get("region", None) if "region" in resource.all_properties() else None
        return own or resource.provider_property("region")
    except UndeterminedError:
        return None


def _overlaid(known: Any, asked_for: Any) -> Any:
    if isinstance(known, dict) and isinstance(asked_for, dict):
        known, asked_for = cast("dict[str, Any]", known), cast("dict[str, Any]", asked_for)
        return {**known, **{name: _overlaid(known.get(name), value) for name, value in asked_for.items()}}
    if isinstance(known, list) and isinstance(asked_for, list):
        known, asked_for = cast("list[Any]", known), cast("list[Any]", asked_for)
        if len(known) == len(asked_for):
            return [_overlaid(*pair) for pair in zip(known, asked_for, strict=True)]
    return asked_for


def _holds(value: Any, texts: Collection[str]) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, texts) for each in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return any(_holds(each, texts) for each in cast("list[Any]", value))
    return value in texts


def _may_be_of_one_region(one: Resource, other: Resource) -> bool:
    """Whether nothing says that two resources lie in different regions of AWS."""
    regional = [each for each in (one, other) if not each.resource_type.startswith(OF_NO_REGION)]
    return len({region for each in regional if (region := aws_region(each)) is not None}) < 2


def identities(resource: Resource, *names: str) -> set[str]:
    """The values of those identifying properties of a resource that are known."""
    known: set[str] = set()
    for name in names:
        try:
            value = resource.get(name, None)
        except UndeterminedError:
            continue
        if value is not None:
            known.add(value)
    return known
