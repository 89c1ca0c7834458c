"""Front Door, the edge in Azure."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from policies.principals import SECOND
from policies.properties import UndeterminedError
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.azure.container_apps import APP
from policies.tables import jurisdictions, paths, tls_setting

DOMAIN: Final = "azure-native:cdn:AFDCustomDomain"
ENDPOINT: Final = "azure-native:cdn:AFDEndpoint"
ORIGIN: Final = "azure-native:cdn:AFDOrigin"
ORIGIN_GROUP: Final = "azure-native:cdn:AFDOriginGroup"
ROUTE: Final = "azure-native:cdn:Route"
RULE_SET: Final = "azure-native:cdn:RuleSet"
RULE: Final = "azure-native:cdn:Rule"
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"

_DOCUMENTS: Final = ("/.well-known/openid-configuration", "/.well-known/jwks.json")
"""What Entra fetches of an issuer to check a signature: where its keys are, and the keys (OpenID Connect Discovery 1.0,
sections 3 and 4)."""

_HEADERS: Final[Mapping[str, tuple[str, re.Pattern[str]] | None]] = {
    "Strict-Transport-Security": (
        "max-age=31536000; includeSubDomains",
        # Nearly a year in seconds, or more.
        re.compile(r"max-age=([3-9]\d{7}|\d{9,}); includeSubDomains(; preload)?"),
    ),
    "X-Content-Type-Options": ("nosniff", re.compile("nosniff")),
    "Referrer-Policy": ("no-referrer", re.compile("no-referrer|same-origin|strict-origin")),
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'none'",
        re.compile(r"default-src '(self|none)';(?!.*(unsafe|\*|https?:)).*frame-ancestors 'none'(;.*)?"),
    ),
    "X-Frame-Options": ("DENY", re.compile("DENY")),
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=()",
        re.compile(r"(?=.*camera=\(\))(?=.*geolocation=\(\))(?=.*microphone=\(\)).*"),
    ),
    "Cross-Origin-Opener-Policy": ("same-origin", re.compile("same-origin")),
    "Cross-Origin-Resource-Policy": ("same-origin", re.compile("same-origin")),
    "X-Powered-By": None,
}
"""Each header that every answer bears, with a value that is good enough and how all of these are written; none for one
that is taken away (OWASP, "HTTP Headers Cheat Sheet")."""


@rule(DOMAIN)
def front_door_domain_takes_strongest_tls_only(domain: Resource) -> Findings:
    """What is sent under an old version of TLS can be read and changed on its way, now or once recorded."""
    setting = tls_setting("azure-front-door")
    tls = domain.get("tls_settings", None)
    if tls is None or tls.get("minimum_tls_version", "TLS12") not in setting.accepted:
        yield f"the domain takes weaker TLS than Front Door offers: set minimum_tls_version to {setting.accepted[0]}"
        return
    suites = tls.get("customized_cipher_suite_set", None)
    if tls.get("cipher_suite_set_type", "TLS12_2022") != "Customized" or suites is None:
        yield "the minimum takes effect with a set of our own only: set cipher_suite_set_type to Customized"
        return
    if len(suites.get("cipher_suite_set_for_tls13", [])) == 0:
        yield "the set holds no suite of TLS 1.3: name them in cipher_suite_set_for_tls13"
    if len(suites.get("cipher_suite_set_for_tls12", [])) > 0:
        yield "the set holds suites of TLS 1.2: remove cipher_suite_set_for_tls12"


@rule(ROUTE)
def front_door_route_takes_https_only(route: Resource) -> Findings:
    """A route that answers plain HTTP, or goes on in plain HTTP, shows what passes to every network on the way."""
    if list(route.get("supported_protocols", ["Http", "Https"])) != ["Https"]:
        yield "the route answers plain HTTP: set supported_protocols to Https alone"
    if route.get("forwarding_protocol", "MatchRequest") != "HttpsOnly":
        yield "the route may go on in plain HTTP: set forwarding_protocol to HttpsOnly"
    if route.get("link_to_default_domain", "Disabled") != "Disabled":
        yield "Front Door's own name, which takes TLS 1.2, serves the route: set link_to_default_domain to Disabled"


@rule(ORIGIN)
def front_door_origin_is_private(origin: Resource) -> Findings:
    """An origin without a private link has to be open to the internet, and can be reached past the edge."""
    if origin.get("shared_private_link_resource", None) is None:
        yield "the origin is reached over the internet: set shared_private_link_resource"
    if not origin.get("enforce_certificate_name_check", True):
        yield "anyone may pose as the origin: remove enforce_certificate_name_check=False"


@rule("azure-native:cdn:Profile")
def front_door_is_premium(profile: Resource) -> Findings:
    """Only the premium tier reaches origins over private links and carries the managed firewall rules."""
    if profile.sku.name != "Premium_AzureFrontDoor":
        yield "the tier has no private links: set sku.name to Premium_AzureFrontDoor"


@rule("azure-native:cdn:Profile")
def front_door_logs_no_content(profile: Resource) -> Findings:
    """What stands behind the question mark of an address may be customers' words; a log holds none of them."""
    scrubbing = profile.part("log_scrubbing")
    rules = [each for each in scrubbing.get("scrubbing_rules", []) if each.get("state", "Enabled") == "Enabled"]
    hidden = {each.match_variable for each in rules if each.get("selector_match_operator", None) == "EqualsAny"}
    if scrubbing.get("state", "Disabled") != "Enabled" or not hidden & {"QueryStringArgNames", "RequestUri"}:
        yield "logs hold what customers ask for: set log_scrubbing with a rule for QueryStringArgNames"
    if any(each.match_variable == "RequestIPAddress" for each in scrubbing.get("scrubbing_rules", [])):
        yield "logs don't say who came: remove what is about RequestIPAddress from log_scrubbing.scrubbing_rules"


@rule(ROUTE)
def front_door_route_keeps_nothing(route: Resource) -> Findings:
    """What the edge keeps lies in every country where Front Door stands, under no key of ours."""
    if route.get("cache_configuration", None) is not None:
        yield "answers are kept at the edge, outside the jurisdiction: remove cache_configuration"


@stack_rule(ROUTE)
def front_door_route_bears_headers(route: Resource, stack: Stack) -> Findings:
    """A browser that isn't told otherwise shows the portal within a stranger's page, and takes plain HTTP."""

    def named() -> list[str]:
        return [each.id for each in route.get("rule_sets", [])]

    sets = stack.meant(route, "rule_sets", [RULE_SET], "id", read=named)
    for needed in _HEADERS:
        if not any(_sets_header(each, needed) for one in sets for each in _rules(one, stack)):
            yield f"answers lack {needed}: name a rule set in rule_sets whose rules set the header"


def _rules(rule_set: Resource, stack: Stack) -> list[Resource]:
    return stack.referring("rule_set_name", rule_set, [RULE], "name")


def _sets_header(each: Resource, header: str) -> bool:
    if len(each.get("conditions", [])) > 0 or each.get("match_processing_behavior", "Continue") != "Continue":
        return False
    return any(action.parameters.get("header_name", None) == header for action in each.get("actions", []))


@rule(RULE)
def front_door_rule_sets_safe_headers_only(each: Resource) -> Findings:
    """A rule at the edge can send customers anywhere, or take away what keeps browsers safe."""
    if each.get("match_processing_behavior", "Continue") != "Continue":
        yield "the rules after this one are left out: set match_processing_behavior to Continue"
    if len(each.get("conditions", [])) > 0:
        yield "some answers lack the header: remove conditions"
    for number, action in each.numbered("actions"):
        place = f"actions[{number}]"
        if action.get("name", None) != "ModifyResponseHeader":
            yield f"the edge does more than set headers of answers: remove {place}"
            continue
        parameters = action.parameters
        name = parameters.header_name
        # The name is the program's, and may be anything: only one that is known here is printed.
        if name not in _HEADERS:
            yield f"nobody has reviewed the header that {place} sets: remove it, or name one of {', '.join(_HEADERS)}"
            continue
        wanted = _HEADERS[name]
        if wanted is None:
            if parameters.header_action != "Delete":
                yield f"{name} tells attackers what to look for: set header_action of {place} to Delete"
            continue
        enough, pattern = wanted
        if parameters.header_action != "Overwrite" or pattern.fullmatch(parameters.get("value", "")) is None:
            yield (
                f"{name} is weaker than it has to be: set header_action of {place} to Overwrite, and its value to "
                f"{enough}, or a stricter one"
            )


@stack_rule(ROUTE)
def front_door_route_leads_to_own_origins(route: Resource, stack: Stack) -> Findings:
    """A route that leads to a stranger's origin hands customers over."""

    def read() -> str | None:
        return route.part("origin_group").get("id", None)

    if not means(stack, route, "origin_group", read=read, targets={ORIGIN_GROUP: ("id",)}):
        yield "customers are led to a stranger: set origin_group.id to one of the stack's"
    domains = list(route.get("custom_domains", []))
    if not domains:
        yield "customers can't reach the route by the portal's name: set custom_domains"
    for each in domains:
        if not means(
            stack, route, "custom_domains", read=lambda each=each: each.get("id", None), targets={DOMAIN: ("id",)}
        ):
            yield "another domain leads here: name the stack's own in custom_domains"


@stack_rule(ROUTE)
def token_service_shows_its_keys_only(route: Resource, stack: Stack) -> Findings:
    """Whoever reaches the token service may ask it for a customer's token: the internet gets two documents of it.

    It is known by the issuer in the tenants' credentials, and by the origins that answer for it.
    """
    issuers = {urlsplit(each.get("issuer", "")).path for each in stack.of_type(CREDENTIAL)}
    documents = {f"{path}{document}" for path in issuers for document in _DOCUMENTS}
    patterns = _patterns(route)
    beside = [each for each in stack.of_type(ROUTE) if _origin_groups(each, stack) & _origin_groups(route, stack)]
    answers = any(_patterns(each) & documents for each in beside) or any(
        pattern.removesuffix("*").removesuffix("/") == path or pattern.startswith(f"{path}/")
        # Front Door doesn't tell capitals from small letters.
        for pattern in map(str.lower, patterns)
        for path in map(str.lower, issuers)
    )
    if answers and patterns - documents:
        yield f"the internet reaches the token service: set patterns_to_match to {' and '.join(sorted(documents))}"
    if documents - {pattern for each in stack.of_type(ROUTE) for pattern in _patterns(each)}:
        yield (
            "no route shows the keys by which tokens are checked, or one shows more: set patterns_to_match of one to "
            "these two documents"
        )


def _patterns(route: Resource) -> set[str]:
    # What Front Door takes where nothing is said.
    return set(route.get("patterns_to_match", ["/*"]))


def _origin_groups(route: Resource, stack: Stack) -> set[str]:
    def read() -> str | None:
        return route.part("origin_group").get("id", None)

    return {each.urn for each in stack.meant(route, "origin_group", (ORIGIN_GROUP,), "id", read=read)}


@stack_rule(ORIGIN)
def front_door_origin_is_own_environment(origin: Resource, stack: Stack) -> Findings:
    """A private link to a stranger's environment hands customers over."""

    def read() -> str | None:
        return origin.part("shared_private_link_resource").part("private_link").get("id", None)

    if not means(stack, origin, "shared_private_link_resource", read=read, targets={ENVIRONMENT: ("id",)}):
        yield "the origin is a stranger's: set private_link.id to the stack's environment"


@stack_rule(ORIGIN)
def front_door_origin_is_the_service_of_its_group(origin: Resource, stack: Stack) -> Findings:
    """Behind one private link answer all services of an environment: by its name each is told from the others.

    A group leads to the service whose name it bears, whatever the region.
    """
    groups = stack.meant(origin, "origin_group_name", (ORIGIN_GROUP,), "name", "origin_group_name")
    if not groups:
        yield "the origin is in no group of the stack: set origin_group_name to one"
    environments = _environments(origin, stack)
    domains = {each.get("default_domain", None) for each in environments}
    wanted = {
        f"{app.one_of('container_app_name', 'name')}.{domain}"
        for group in groups
        for app in stack.of_type(APP)
        if app.resource_name.removesuffix(SECOND) == group.resource_name
        and {each.urn for each in stack.meant(app, "environment_id", [ENVIRONMENT], "id")}
        & {each.urn for each in environments}
        for domain in domains
    }
    if origin.host_name not in wanted:
        yield "another service answers, or a stranger: set host_name to that of the group's service in the environment"


@stack_rule(ROUTE)
def front_door_route_takes_its_services_paths_only(route: Resource, stack: Stack) -> Findings:
    """A route that takes another service's paths brings what customers meant for that one to who needn't know of it.

    Which paths are whose says paths.toml.
    """

    def read() -> str | None:
        return route.part("origin_group").get("id", None)

    for group in stack.meant(route, "origin_group", (ORIGIN_GROUP,), "id", read=read):
        declared = paths().azure.get(group.resource_name, frozenset[str]())
        if not declared.issuperset(_patterns(route)):
            wanted = " and ".join(sorted(declared)) or "none"
            yield f"{group.resource_name} takes what is another's: set patterns_to_match to {wanted} (paths.toml)"


@stack_rule(ORIGIN)
def front_door_origin_lies_in_jurisdiction(origin: Resource, stack: Stack) -> Findings:
    """What the edge passes on must not leave the jurisdiction on its way."""
    location = origin.part("shared_private_link_resource").get("private_link_location", "")
    if location.replace(" ", "").lower() not in jurisdictions().regions("azure", stack.jurisdiction):
        yield "the link lies outside the stack's jurisdiction: set private_link_location to the environment's region"


@stack_rule(ORIGIN)
def front_door_origin_answers_under_its_name(origin: Resource, stack: Stack) -> Findings:
    """The certificate is checked against the name that is asked for; an address has none."""
    try:
        same = origin.host_name == origin.get("origin_host_header", None)
    except UndeterminedError:
        sources = {each.urn for each in stack.sources(origin, "host_name")}
        same = bool(sources) and sources == {each.urn for each in stack.sources(origin, "origin_host_header")}
    if not same:
        yield "the origin is asked for under another name: set origin_host_header to host_name"
    if origin.get("enabled_state", "Enabled") != "Enabled":
        yield "the origin answers nobody: set enabled_state to Enabled"


@stack_rule(ORIGIN_GROUP)
def front_door_leads_to_every_region(group: Resource, stack: Stack) -> Findings:
    """When a region fails, customers get to those that are left only if the edge knows them already."""
    origins = stack.referring("origin_group_name", group, [ORIGIN], "name", "origin_group_name")
    reached = {each.urn for origin in origins for each in _environments(origin, stack)}
    for environment in stack.of_type(ENVIRONMENT):
        if environment.urn not in reached:
            yield (
                f"nobody gets to {environment.resource_name}: add an AFDOrigin to the group that leads to that "
                "environment"
            )


def _environments(origin: Resource, stack: Stack) -> list[Resource]:
    def read() -> str | None:
        return origin.part("shared_private_link_resource").part("private_link").get("id", None)

    return stack.meant(origin, "shared_private_link_resource", [ENVIRONMENT], "id", read=read)


_MOST_SAMPLES: Final = 16


@rule(ORIGIN_GROUP)
def front_door_asks_origins_over_tls(group: Resource) -> Findings:
    """A probe in plain HTTP finds what no customer gets, and an app that a session sticks to is never left."""
    probes = group.part("health_probe_settings")
    if probes.get("probe_protocol", "Http") != "Https" or not probes.has("probe_path"):
        yield "origins are asked in plain HTTP, or not at all: set health_probe_settings.probe_protocol to Https"
    # What Front Door takes when nothing is said is the longest that a failover may wait.
    interval, kind = probes.get("probe_interval_in_seconds", 240), probes.get("probe_request_type", "HEAD")
    if not 0 < interval <= 240 or kind == "NotSet":
        yield "an origin that fails is noticed late: set health_probe_settings.probe_interval_in_seconds to 240 or less"
    balance = group.part("load_balancing_settings")
    if not 0 < balance.get("successful_samples_required", 3) <= balance.get("sample_size", 4) <= _MOST_SAMPLES:
        yield "an origin that fails counts as well for long: set load_balancing_settings to 3 good ones of 4 probes"
    if group.get("session_affinity_state", "Disabled") != "Disabled":
        yield "a cookie of the edge tells customers apart: set session_affinity_state to Disabled"
