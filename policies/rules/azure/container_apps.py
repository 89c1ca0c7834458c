"""Container Apps and their environments."""

from policies.resources import Resource
from policies.rulebook import Findings, not_applicable, rule

ENVIRONMENT = "azure-native:app:ManagedEnvironment"
APP = "azure-native:app:ContainerApp"


@rule(ENVIRONMENT)
def environment_is_internal(environment: Resource) -> Findings:
    """An environment with a public address lets the internet reach the apps past Front Door."""
    network = environment.get("vnet_configuration", None)
    if network is None or not network.get("internal", False):
        yield "the environment has a public address: set vnet_configuration.internal=True"
    # An internal environment's public network access follows from `internal` unless it is set.
    if environment.get("public_network_access", "Disabled") != "Disabled":
        yield "the environment answers the internet: set public_network_access to Disabled"


@rule(ENVIRONMENT)
def environment_encrypts_between_apps(environment: Resource) -> Findings:
    """Traffic between apps crosses machines and zones; in clear it can be read there."""
    peers = environment.get("peer_traffic_configuration", None)
    encryption = None if peers is None else peers.get("encryption", None)
    if encryption is None or not encryption.get("enabled", False):
        yield "traffic between apps is in clear: set peer_traffic_configuration.encryption.enabled=True"


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
def app_runs_in_every_zone(app: Resource) -> Findings:
    """Fewer replicas than zones leave the app in fewer zones."""
    template = app.get("template", None)
    scale = None if template is None else template.get("scale", None)
    # Left out, an app shrinks to no replica at all.
    if scale is None or scale.get("min_replicas", 0) < 3:
        yield "the app may run in fewer than three zones: set template.scale.min_replicas to at least 3"
