"""Container Apps and their environments."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from policies.principals import SECOND
from policies.properties import Record, UndeterminedError
from policies.rbac.directory import Directory
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
APP: Final = "azure-native:app:ContainerApp"
JOB: Final = "azure-native:app:Job"
REGISTRY: Final = "azure-native:containerregistry:Registry"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"

_IMAGE: Final = re.compile(r"([a-z0-9]+\.azurecr\.io)/[a-z0-9._/-]+@sha256:[0-9a-f]{64}")

_ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
_LONGEST_JOB_SECONDS: Final = 24 * 3600


@rule(ENVIRONMENT)
def environment_is_internal(environment: Resource) -> Findings:
    """An environment with a public address lets the internet reach the apps past Front Door."""
    network = environment.get("vnet_configuration", None)
    if network is None or not network.get("internal", False):
        yield "the environment has a public address: set vnet_configuration.internal=True"
    # An internal environment's public network access follows from `internal` unless it is set.
    if environment.get("public_network_access", "Disabled") != "Disabled":
        yield "the environment answers the internet: set public_network_access to Disabled"
    if not environment.part("vnet_configuration").has("infrastructure_subnet_id"):
        yield "the environment lies outside the network: set vnet_configuration.infrastructure_subnet_id"


@rule(ENVIRONMENT)
def environment_encrypts_between_apps(environment: Resource) -> Findings:
    """Traffic between apps crosses machines and zones; in clear it can be read there."""
    peers = environment.get("peer_traffic_configuration", None)
    encryption = None if peers is None else peers.get("encryption", None)
    if encryption is None or not encryption.get("enabled", False):
        yield "traffic between apps is in clear: set peer_traffic_configuration.encryption.enabled=True"


@rule(ENVIRONMENT)
def environment_authenticates_apps(environment: Resource) -> Findings:
    """Whoever gets into the environment's network calls every app, unless each has to show its certificate."""
    if not environment.part("peer_authentication").part("mtls").get("enabled", False):
        yield "apps take calls from anybody beside them: set peer_authentication.mtls.enabled=True"


@rule(ENVIRONMENT)
def environment_logs_to_workspace(environment: Resource) -> Findings:
    """What services print, and what they measure, goes where the stack's diagnostic settings send it, nowhere else."""
    if environment.part("app_logs_configuration").get("destination", "none") != "azure-monitor":
        yield "logs of the apps are lost, or go elsewhere: set app_logs_configuration.destination to azure-monitor"
    for name in (
        "app_insights_configuration",
        "daprAIConnectionString",
        "daprAIInstrumentationKey",
        "open_telemetry_configuration",
    ):
        if environment.has(name):
            yield f"what services measure goes elsewhere: remove {name}"


@rule(ENVIRONMENT)
def environment_spans_zones(environment: Resource) -> Findings:
    """An environment in one zone stops with it; it can't be changed after creation."""
    if not environment.get("zone_redundant", False):
        yield "the environment stands in one zone: set zone_redundant=True"


@rule(APP)
def app_takes_tls_only(app: Resource) -> Findings:
    """An app that answers plain HTTP shows what passes to whoever listens on the way."""
    configuration = app.get("configuration", None)
    ingress = None if configuration is None else configuration.get("ingress", None)
    if ingress is None:
        not_applicable("nobody can reach the app")
    if ingress.get("allow_insecure", False):
        yield "the app answers plain HTTP: set configuration.ingress.allow_insecure=False"
    if ingress.get("transport", "auto").lower() not in ("auto", "http", "http2"):
        yield "the app takes bare TCP: set configuration.ingress.transport to http, http2 or auto"
    for number, mapping in ingress.numbered("additional_port_mappings"):
        if mapping.get("external", False):
            yield f"additional_port_mappings[{number}] opens a bare TCP port: set external=False"


@rule(APP)
def app_answers_its_own_pages_only(app: Resource) -> Findings:
    """Pages of other sites may call the app in the name of whoever is signed in."""
    if app.part("configuration").part("ingress").has("cors_policy"):
        yield "pages of other sites may call the app: remove configuration.ingress.cors_policy"


@rule(APP)
def app_runs_newest_revision_only(app: Resource) -> Findings:
    """An older revision that still answers has the flaws that the newest mends."""
    configuration = app.part("configuration")
    if configuration.get("active_revisions_mode", "Single") != "Single":
        yield "older revisions go on: set configuration.active_revisions_mode to Single"
    for number, share in configuration.part("ingress").numbered("traffic"):
        if not share.get("latest_revision", False):
            yield f"an older revision answers: set latest_revision=True in configuration.ingress.traffic[{number}]"


@rule(APP)
def app_is_probed(app: Resource) -> Findings:
    """An app that hangs goes on being called unless something asks whether it lives and whether it is ready."""
    for number, container in app.template.numbered("containers"):
        kinds = {probe.get("type", None) for probe in container.get("probes", [])}
        for kind in sorted({"Liveness", "Readiness"} - kinds):
            yield f"nothing asks the app how it fares: add a probe {kind} to template.containers[{number}]"
        place = f"template.containers[{number}]"
        for probe in container.get("probes", []):
            if probe.part("http_get").has("host") or probe.part("tcp_socket").has("host"):
                yield f"someone else is asked how the app fares: remove host from probes of {place}"
    if len(app.template.get("containers", [])) == 0:
        yield "the app has no container: set template.containers"


def containers_of(workload: Resource) -> Iterator[tuple[str, Record]]:
    """The containers of an app or a job, with their places."""
    for name in ("containers", "init_containers"):
        for number, container in workload.part("template").numbered(name):
            yield f"template.{name}[{number}]", container


@rule(APP, JOB)
def workload_runs_image_by_digest(workload: Resource) -> Findings:
    """A tag can be moved to another image; a digest names what was reviewed, from a registry that is signed in to."""
    configuration = workload.part("configuration")
    servers = {each.get("server", None) for each in configuration.get("registries", [])}
    for place, container in containers_of(workload):
        yield _is_by_digest(container, servers, place)
    for number, registry in configuration.numbered("registries"):
        if not registry.has("identity") or registry.has("username") or registry.has("password_secret_ref"):
            yield f"a password opens the registry: set identity alone in configuration.registries[{number}]"


def _is_by_digest(container: Record, servers: set[str], place: str) -> Findings:
    image = _IMAGE.fullmatch(container.get("image", ""))
    if image is None or image[1] not in servers:
        yield f"the image may be another one tomorrow: name it by sha256 digest in an own registry in {place}.image"
    for name in ("command", "args"):
        if len(container.get(name, [])) > 0:
            yield f"something else than the reviewed program runs: remove {place}.{name}"


@stack_rule(APP, JOB)
def workload_takes_images_of_own_registry(workload: Resource, stack: Stack) -> Findings:
    """Whoever owns the registry decides what runs as the services."""
    registries = {REGISTRY: ("login_server",)}
    for number, each in workload.configuration.numbered("registries"):
        if not means(stack, workload, "configuration", read=lambda at=each: at.get("server", None), targets=registries):
            yield f"images come from a stranger's registry: name the stack's in configuration.registries[{number}]"


@rule(APP)
def app_runs_the_image_of_its_service(app: Resource) -> Findings:
    """With another service's image that one's code has this one's rights, such as to say for whom a service works."""
    service = app.resource_name.removesuffix(SECOND)
    for place, container in containers_of(app):
        if container.get("image", "").partition("@")[0].rpartition("/")[2] != service:
            yield f"another service's program runs as this one: name the image of {service} in {place}.image"


@stack_rule(JOB)
def job_runs_no_service(job: Resource, stack: Stack) -> Findings:
    """A job has rights that no service has, as over the whole database: a service's program would have them too."""
    services = {app.resource_name.removesuffix(SECOND) for app in stack.of_type(APP)}
    for place, container in containers_of(job):
        if container.get("image", "").partition("@")[0].rpartition("/")[2] in services:
            yield f"a service's program runs with the job's rights: name an image of the job's own in {place}.image"


@rule(APP, JOB)
def workload_holds_no_secret(workload: Resource) -> Findings:
    """A secret in a setting is read by everybody who may look at the app; in Key Vault each reading is logged."""
    for number, secret in workload.part("configuration").numbered("secrets"):
        if secret.has("value") or not secret.has("key_vault_url") or not secret.has("identity"):
            yield f"a secret lies in the app: refer to Key Vault in configuration.secrets[{number}]"


@rule(APP, JOB)
def workload_has_no_side_door(workload: Resource) -> Findings:
    """Sidecars, shares and bindings that nobody reviewed carry customers' data past the network's rules."""
    template = workload.part("template")
    for number, volume in template.numbered("volumes"):
        if volume.get("storage_type", "EmptyDir") not in ("EmptyDir", "Secret"):
            yield f"the app writes to a share: remove template.volumes[{number}]"
    if workload.resource_type == JOB:
        return
    configuration = workload.part("configuration")
    if configuration.part("dapr").get("enabled", False):
        yield "a sidecar carries data: remove configuration.dapr"
    if len(template.get("service_binds", [])) > 0 or configuration.has("service"):
        yield "the app is bound to a service beside the stack's: remove service_binds"


@rule(JOB)
def job_is_started_on_purpose(job: Resource) -> Findings:
    """A job that changes the database runs when somebody has decided it, once, and not for ever."""
    configuration = job.configuration
    if configuration.get("trigger_type", None) != "Manual":
        yield "the job starts by itself: set configuration.trigger_type to Manual"
    if not 0 < configuration.get("replica_timeout", 0) <= _LONGEST_JOB_SECONDS:
        yield "the job may run for ever: set configuration.replica_timeout to a day at most"
    manual = configuration.part("manual_trigger_config")
    if manual.get("parallelism", 1) != 1 or manual.get("replica_completion_count", 1) != 1:
        yield "the job runs several times at once: set parallelism and replica_completion_count to 1"


@rule(APP, JOB)
def workload_has_one_identity(workload: Resource) -> Findings:
    """With several identities a workload has the rights of all; the environment's own parts need none of them."""
    identity = workload.part("identity")
    if identity.get("type", "None") != "UserAssigned" or len(identity.get("user_assigned_identities", [])) != 1:
        yield "the workload has none or several identities: set identity to one user-assigned identity"
    for number, setting in workload.part("configuration").numbered("identity_settings"):
        if setting.get("lifecycle", "All") not in ("Main", "None"):
            yield f"more than the service itself gets tokens: set lifecycle of identity_settings[{number}] to Main"


@stack_rule(APP, JOB)
def workload_shares_no_identity(workload: Resource, stack: Stack) -> Findings:
    """What shares an identity shares its rights: one service taken over is then all of them."""
    directory = stack.derived(Directory)
    own = directory.attached(workload)
    if not own:
        yield "the identity isn't the stack's: name one of its own in identity.user_assigned_identities"
    for identity in own:
        if stack.tenant(identity) is not None:
            yield "the workload works as a tenant: name one of its own in identity.user_assigned_identities"
        if any(each.urn != workload.urn for each in directory.lent[identity.urn]):
            yield (
                "another resource works as the same identity: name one of its own in identity.user_assigned_identities"
            )


@stack_rule(APP, JOB)
def workload_runs_in_own_environment(workload: Resource, stack: Stack) -> Findings:
    """Whoever owns the environment reads what the services keep in memory."""
    environments = {ENVIRONMENT: ("id",)}

    def read() -> str | None:
        return workload.get("environment_id", None)

    if not means(stack, workload, "environment_id", read=read, targets=environments):
        yield "the workload runs in a stranger's environment: set environment_id to the stack's"


@rule(APP)
def app_runs_in_every_zone(app: Resource) -> Findings:
    """Fewer replicas than zones leave the app in fewer zones."""
    template = app.get("template", None)
    scale = None if template is None else template.get("scale", None)
    # Left out, an app shrinks to no replica at all.
    if scale is None or scale.get("min_replicas", 0) < 3:
        yield "the app may run in fewer than three zones: set template.scale.min_replicas to at least 3"
    elif scale.get("max_replicas", 10) < scale.min_replicas:
        yield "the app can't grow: set template.scale.max_replicas to at least min_replicas"


@stack_rule(ENVIRONMENT)
def environment_runs_what_others_run(environment: Resource, stack: Stack) -> Findings:
    """A service that the second region lacks is gone with the first."""
    places = {each.urn: _places(each, stack) for each in stack.of_type(APP)}
    own = {_name(each) for each in stack.of_type(APP) if environment.urn in places[each.urn]}
    for app in stack.of_type(APP):
        if environment.urn not in places[app.urn] and _name(app) not in own:
            yield (
                f"{app.resource_name} runs in another region only: add a ContainerApp of this environment that does "
                "the same"
            )


def _places(app: Resource, stack: Stack) -> set[str]:
    return {each.urn for each in stack.meant(app, "environment_id", [ENVIRONMENT], "id")}


def _name(app: Resource) -> str:
    return app.one_of("container_app_name", "name")


class _Doubles:
    """The apps that stand in for each other: they are called the same, in environments of their own. Made by
    `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self._by_name: dict[str, list[Resource]] = defaultdict(list)
        for app in stack.of_type(APP):
            self._by_name[_name(app)].append(app)

    def of(self, app: Resource) -> list[Resource]:
        """The others of the same name."""
        return [each for each in self._by_name[_name(app)] if each.urn != app.urn]


@stack_rule(APP)
def app_is_as_its_double(app: Resource, stack: Stack) -> Findings:
    """Nobody calls the app of the second region before the first one fails; then it must be the same, and answer.

    How large it is, how often it runs and what its settings hold may differ.
    """
    doubles = stack.derived(_Doubles).of(app) or not_applicable("the app stands in one region only")
    for double in doubles:
        for name, own, other in zip(_COMPARED, _compared(app), _compared(double), strict=True):
            if own != other:
                yield f"{name} is otherwise than of {double.resource_name}, which it stands in for: make them the same"


_COMPARED: Final = ("configuration.ingress", "template.containers")
_OF_INGRESS: Final = ("allow_insecure", "external", "target_port", "transport")


def _compared(app: Resource) -> tuple[Any, ...]:
    ingress = app.part("configuration").part("ingress")
    shares = [each.plain() for each in ingress.get("traffic", [])]
    return ([ingress.get(name, None) for name in _OF_INGRESS], shares), [
        _essence(each) for _, each in containers_of(app)
    ]


def _essence(container: Record) -> tuple[Any, ...]:
    settings = sorted(each.get("name", "") for each in container.get("env", []))
    probes = [each.plain() for each in container.get("probes", [])]
    return container.get("name", None), container.get("image", None), settings, probes


@stack_rule(APP)
def app_has_the_rights_of_its_double(app: Resource, stack: Stack) -> Findings:
    """Rights that only one region's app has are missed at the failover, when nobody has time to look for them."""
    doubles = stack.derived(_Doubles).of(app) or not_applicable("the app stands in one region only")
    own = _roles(app, stack)
    for double in doubles:
        if _roles(double, stack) - own:
            yield (
                f"{double.resource_name}, which it stands in for, has a role that it lacks: add the same "
                "RoleAssignment for its identity"
            )


def _roles(app: Resource, stack: Stack) -> Counter[str]:
    """How often the app's identity has each role: by the role's id, or where that isn't known yet, its definition."""
    found: Counter[str] = Counter()
    for identity in stack.derived(Directory).attached(app):
        for assignment in stack.referring("principal_id", identity, [_ASSIGNMENT], "principal_id"):
            found.update(_role_of(assignment, stack))
    return found


def _role_of(assignment: Resource, stack: Stack) -> list[str]:
    try:
        return [assignment.get("role_definition_id", "").lower()]
    except UndeterminedError:
        definitions = [each.urn for each in stack.sources(assignment, "role_definition_id")]
        if not definitions:
            raise
        return definitions
