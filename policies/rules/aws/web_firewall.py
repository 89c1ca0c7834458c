"""AWS WAF before the edge: known attacks, known attackers and too many requests are refused, not counted."""

from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.subnets import LOAD_BALANCERS

WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"

MANAGED_GROUPS: Final = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""Groups of rules that AWS keeps up to date: known attackers, hidden senders, known attacks."""

COUNTED: Final = frozenset({("AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY")})
"""Rules, by their group, that may only count: a mail is longer than the 8 KB that this one takes for an attack."""

FOR_PEOPLE: Final = frozenset({"AWSManagedRulesAnonymousIpList"})
"""Groups that may leave a part of the paths out: mail platforms call from hosting providers, people don't."""

MOST_REQUESTS: Final = 2_000
"""Requests of one address in five minutes where people come."""

MOST_REQUESTS_OF_PLATFORMS: Final = 20_000
"""The same on paths of their own, where mail platforms call, each for many mailboxes."""

SECRET_HEADERS: Final = ("authorization", "cookie")


@rule(WEB_ACL)
def web_firewall_refuses_known_attacks(acl: Resource) -> Findings:
    """What everybody knows how to attack is attacked all the time; a rule that only counts lets it through."""
    if acl.get("scope", None) != "REGIONAL":
        yield "the rules can't stand before a load balancer: set scope to REGIONAL"
    found: set[str] = set()
    for number, entry in acl.numbered("rules"):
        place = f"rules[{number}]"
        group = entry.statement.get("managed_rule_group_statement", None)
        if group is None:
            action = entry.get("action", None)
            if action is None or action.get("block", None) is None:
                yield f"{place} lets through what it finds: set action to block"
            continue
        found.add(group.name)
        yield _refuses(entry, group, place)
    for name in MANAGED_GROUPS:
        if name not in found:
            yield f"known attacks pass: add the managed rule group {name}"


def _refuses(entry: Record, group: Record, place: str) -> Findings:
    if group.get("vendor_name", None) != "AWS":
        yield f"{place} is a group of somebody else's: set vendor_name to AWS"
    if group.get("version", None) is not None:
        yield f"{place} stays as it is while attacks change: remove version"
    override = entry.get("override_action", None)
    if override is None or override.get("none", None) is None or override.get("count", None) is not None:
        yield f"{place} only counts what it finds: set override_action to none"
    for each in group.get("rule_action_overrides", []):
        actions = _actions(each)
        if actions != {"block"} and (actions != {"count"} or (group.name, each.name) not in COUNTED):
            yield f"{place} lets through what its rule {each.name} finds: remove that override"
    scope = group.get("scope_down_statement", None)
    if scope is not None and (group.name not in FOR_PEOPLE or not _is_all_but_a_path(scope)):
        yield f"{place} looks at a part of the requests only: remove scope_down_statement"


def _actions(override: Record) -> set[str]:
    """What happens by an override to a request that a rule finds."""
    action = override.get("action_to_use", None)
    return set() if action is None else {name for name in action.names() if action.get(name, None) is not None}


def _path(scope: Record | None) -> str | None:
    """The beginning of the paths that a scope is about; None if it is about something else."""
    match = None if scope is None else scope.get("byte_match_statement", None)
    if match is None or match.field_to_match.get("uri_path", None) is None:
        return None
    as_sent = [each.type for each in match.text_transformations] == ["NONE"]
    beginning = str(match.search_string)
    # As it was sent is how the load balancer compares it: what one takes for a path, the other does.
    if match.positional_constraint != "STARTS_WITH" or not as_sent or len(beginning) < 3 or beginning[0] != "/":
        return None
    return beginning


def _outside(scope: Record | None) -> str | None:
    """The beginning of the paths that a scope leaves out, if it is about all the others."""
    negation = None if scope is None else scope.get("not_statement", None)
    if negation is None:
        return None
    return _path(negation.get("statement", None))


def _is_all_but_a_path(scope: Record) -> bool:
    return _outside(scope) is not None


@rule(WEB_ACL)
def web_firewall_limits_requests(acl: Resource) -> Findings:
    """One sender must not take the service away from the others, nor try passwords by the thousand."""
    whole: list[Record] = []
    inside: set[str] = set()
    outside: set[str] = set()
    left_out: set[str] = set()
    for number, entry in acl.numbered("rules"):
        group = entry.statement.get("managed_rule_group_statement", None)
        exempt = None if group is None else _outside(group.get("scope_down_statement", None))
        left_out |= {exempt} if exempt else set()
        rate = entry.statement.get("rate_based_statement", None)
        if rate is None:
            continue
        scope = rate.get("scope_down_statement", None)
        path, others = _path(scope), _outside(scope)
        if rate.get("aggregate_key_type", "IP") != "IP":
            yield f"rules[{number}] counts something else than senders: set aggregate_key_type to IP"
        most = MOST_REQUESTS_OF_PLATFORMS if path else MOST_REQUESTS
        if rate.limit * 300 > most * rate.get("evaluation_window_sec", 300):
            yield f"rules[{number}] lets one sender ask too often: set limit to at most {most} in 300 seconds"
        if scope is None:
            whole.append(entry)
        inside |= {path} if path else set()
        outside |= {others} if others else set()
    if not whole and not (outside and outside <= inside):
        yield (
            "a sender may ask as often as he likes on some path: add one to rules with a rate_based_statement "
            "without scope_down_statement, or for the rest"
        )
    if not left_out <= inside:
        yield "a path of no rate rule's own is left out of a group of rules: remove that scope_down_statement"


@rule(WEB_ACL)
def web_firewall_is_measured(acl: Resource) -> Findings:
    """Numbers of what was refused show an attack while it goes on, and a rule that refuses customers."""
    for place, part in (("the rules", acl), *((f"rules[{number}]", entry) for number, entry in acl.numbered("rules"))):
        view = part.get("visibility_config", None)
        if view is None or not view.get("cloudwatch_metrics_enabled", False):
            yield f"{place} aren't measured: set visibility_config.cloudwatch_metrics_enabled=True"


@stack_rule(*LOAD_BALANCERS)
def load_balancer_has_web_firewall(balancer: Resource, stack: Stack) -> Findings:
    """Without a firewall that reads requests, each service has to know every attack by itself."""
    if balancer.get("internal", False):
        not_applicable("the load balancer is not reached from the internet")
    associations = [
        each
        for each in stack.of_type(ASSOCIATION)
        if balancer in stack.meant(each, "resource_arn", LOAD_BALANCERS, "arn")
    ]
    if not any(stack.meant(each, "web_acl_arn", [WEB_ACL], "arn") for each in associations):
        yield "no web firewall stands before the load balancer: add an aws.wafv2.WebAclAssociation"


@stack_rule(WEB_ACL)
def web_firewall_is_logged(acl: Resource, stack: Stack) -> Findings:
    """What was tried, and what was let through, must be on record, without what proves who somebody is."""
    logs = [each for each in stack.of_type(LOGGING) if acl in stack.meant(each, "resource_arn", [WEB_ACL], "arn")]
    if not logs:
        yield "requests are not logged: add an aws.wafv2.WebAclLoggingConfiguration"
    for log in logs:
        yield _is_kept_here(log, stack)
        if log.get("logging_filter", None) is not None:
            yield "some requests are left out of the log: remove logging_filter"
        redacted = {
            str(header.name).lower()
            for part in log.get("redacted_fields", [])
            if (header := part.get("single_header", None)) is not None
        }
        for name in SECRET_HEADERS:
            if name not in redacted:
                yield f"the log holds what proves who somebody is: add the header {name} to redacted_fields"


def _is_kept_here(log: Resource, stack: Stack) -> Findings:
    groups = stack.meant(log, "log_destination_configs", [LOG_GROUP], "arn")
    if len(groups) != 1 or len(log.log_destination_configs) != 1:
        yield "requests are logged elsewhere: set log_destination_configs to one log group of this stack"
