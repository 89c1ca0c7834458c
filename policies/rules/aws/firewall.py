"""AWS Network Firewall: what leaves goes to names on the list, and nowhere else."""

from policies.addresses import is_private, lies_within
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.subnets import FIREWALL, SUBNET, occupants
from policies.tables import destinations

POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
RULE_GROUP = "aws:networkfirewall/ruleGroup:RuleGroup"
LOGGING = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SERVICE = "aws:ecs/service:Service"

_DROPS = frozenset({"aws:drop_established_app_layer_to_server", "aws:drop_established", "aws:drop_strict"})
"""Default actions under which what no rule lets pass goes nowhere."""


@stack_rule(FIREWALL)
def firewall_is_kept(firewall: Resource, stack: Stack) -> Findings:
    """Whoever can take the firewall away, or give it another policy, decides what leaves."""
    logs = [each for each in stack.of_type(LOGGING) if firewall in stack.meant(each, "firewall_arn", [FIREWALL], "arn")]
    if not logs:
        yield "what the firewall drops is not logged: add an aws.networkfirewall.LoggingConfiguration"
    if stack.hosts_nobody():
        return
    # A firewall of a region that served during a failover goes again with it.
    if not _is_of_first_region(firewall, stack):
        return
    for name in ("delete_protection", "firewall_policy_change_protection", "subnet_change_protection"):
        if not firewall.get(name, False):
            yield f"the firewall can be taken away from what leaves: set {name}=True"
    if not all(each.protected for each in logs):
        yield "the engine may delete what says where its log goes: set protect=True of the LoggingConfiguration"


def _is_of_first_region(firewall: Resource, stack: Stack) -> bool:
    regions = [service.get("region", None) for service in stack.of_type("hosting:cloud_integrated:CloudIntegrated")]
    return firewall.get("region", None) in (*regions, None) or not any(regions)


@stack_rule(FIREWALL)
def firewall_stands_in_each_zone(firewall: Resource, stack: Stack) -> Findings:
    """What leaves a zone goes through the firewall in it: a zone without one is lost with another."""
    zones = {
        subnet.one_of("availability_zone", "availability_zone_id")
        for subnet in stack.meant(firewall, "subnet_mappings", [SUBNET], "id", read=lambda: _subnets(firewall))
    }
    if len(zones) < 3:
        yield "the firewall stands in fewer than three zones: give subnet_mappings one subnet a zone"


def _subnets(firewall: Resource) -> list[str]:
    return [mapping.subnet_id for mapping in firewall.subnet_mappings]


@rule(POLICY)
def firewall_policy_drops_the_rest(resource: Resource) -> Findings:
    """A firewall that lets pass what no rule names is one that whoever is inside only has to ask otherwise."""
    policy = resource.firewall_policy
    for name in ("stateless_default_actions", "stateless_fragment_default_actions"):
        if list(policy.get(name, [])) != ["aws:forward_to_sfe"]:
            yield f"packets pass the firewall's rules by: set {name} to aws:forward_to_sfe"
    if len(policy.get("stateless_rule_group_references", [])) > 0:
        yield "packets may pass the firewall's rules by: remove stateless_rule_group_references"
    options = policy.get("stateful_engine_options", None)
    order = "DEFAULT_ACTION_ORDER" if options is None else options.get("rule_order", "DEFAULT_ACTION_ORDER")
    if order != "STRICT_ORDER":
        yield "what no rule names passes: set stateful_engine_options.rule_order to STRICT_ORDER"
    if options is None or options.get("stream_exception_policy", "DROP") == "CONTINUE":
        yield "a connection that is broken off goes on unread: set stream_exception_policy to REJECT"
    defaults = set(policy.get("stateful_default_actions", []))
    if not defaults & _DROPS:
        yield "what no rule names passes: add aws:drop_established_app_layer_to_server to stateful_default_actions"
    if not any(str(action).startswith("aws:alert_") for action in defaults):
        yield "what is dropped is told to nobody: add aws:alert_established_app_layer_to_server to them"
    if policy.get("policy_variables", None) is not None:
        yield "the policy changes what its rules are about: remove policy_variables"


@stack_rule(POLICY)
def firewall_policy_goes_by_own_rules(resource: Resource, stack: Stack) -> Findings:
    """A list of somebody else's changes without anybody here having decided so."""
    references = list(resource.firewall_policy.get("stateful_rule_group_references", []))
    if not references:
        yield (
            "the policy lets nothing out by name, so that nobody would keep it: name one in "
            "stateful_rule_group_references"
        )
    for number, reference in enumerate(references):
        if not stack.meant(
            resource, "firewall_policy", [RULE_GROUP], "arn", read=lambda one=reference: one.resource_arn
        ):
            yield (
                f"rule group {number} of the policy is not of this stack: name one that is in "
                "stateful_rule_group_references"
            )
        if reference.get("override", None) is not None:
            yield f"rule group {number} of the policy only alerts: remove override"


@rule(RULE_GROUP)
def firewall_lets_known_names_out_only(resource: Resource) -> Findings:
    """What has been taken over carries data to whatever name the list lets it: the list is looked at twice."""
    if resource.type != "STATEFUL":
        yield "the rule group judges packets, not names: set type to STATEFUL"
    group = resource.get("rule_group", None)
    if group is None or resource.get("rules", None) is not None:
        yield "the rules are written as text, which no rule here reads: set rule_group"
        return
    options = group.get("stateful_rule_options", None)
    if options is None or options.get("rule_order", "DEFAULT_ACTION_ORDER") != "STRICT_ORDER":
        yield "the list doesn't fit a policy that drops the rest: set stateful_rule_options.rule_order to STRICT_ORDER"
    source = group.rules_source
    for name in ("rules_string", "stateful_rules", "stateless_rules_and_custom_actions"):
        if source.get(name, None):
            yield f"rules that no rule here reads let more out: remove rules_source.{name}"
    names = source.get("rules_source_list", None)
    if names is None:
        yield "the rule group lets addresses out, not names: set rules_source.rules_source_list"
        return
    yield _is_known(names)


def _is_known(names: Record) -> Findings:
    if names.generated_rules_type != "ALLOWLIST":
        yield "the list says what is refused, and all else passes: set generated_rules_type to ALLOWLIST"
    if list(names.target_types) != ["TLS_SNI"]:
        yield "names are believed that come without TLS: set target_types to TLS_SNI alone"
    for name in names.targets:
        if name not in destinations():
            yield (
                f"services may reach {name}, which nobody approved: remove it, or approve it in "
                "policies/destinations.toml"
            )


@stack_rule(RULE_GROUP)
def firewall_list_is_about_services(resource: Resource, stack: Stack) -> Findings:
    """A list holds for the addresses it takes for home; who comes from others is outside it."""
    group = resource.get("rule_group", None)
    variables = None if group is None else group.get("rule_variables", None)
    sets = [] if variables is None else variables.get("ip_sets", [])
    home = [each for entry in sets if entry.key == "HOME_NET" for each in entry.ip_set.definitions]
    for each in home:
        if not is_private(each):
            yield "the list takes addresses of the internet for home: set HOME_NET to the services' range"
    for subnet in stack.of_type(SUBNET):
        standing = occupants(subnet, stack)
        behind = any(
            one.get("region", None) == resource.get("region", None) for one in standing if one.resource_type == SERVICE
        )
        if behind and not any(lies_within(subnet.cidr_block, each) for each in home):
            yield f"the list isn't about {subnet.resource_name}, where services run: add its range to HOME_NET"


@stack_rule(LOGGING)
def firewall_is_logged(logging: Resource, stack: Stack) -> Findings:
    """Whoever carries data off tries here first: what was dropped, and what passed, must be on record."""
    kinds: set[str] = set()
    for number, entry in logging.logging_configuration.numbered("log_destination_configs"):
        group = entry.log_destination.get("logGroup", None)
        if entry.log_destination_type != "CloudWatchLogs" or not stack.meant(
            logging, "logging_configuration", [LOG_GROUP], "name", read=lambda one=group: one
        ):
            yield f"log_destination_configs[{number}] is no log group of this stack: name one"
        kinds.add(entry.log_type)
    for kind in sorted({"ALERT", "FLOW"} - kinds):
        yield f"logs of the kind {kind} are kept nowhere: add one with this log_type to log_destination_configs"
