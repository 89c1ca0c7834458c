"""The web application firewall in front of the portal."""

from typing import Final

from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

FIREWALL: Final = "azure-native:frontdoor:Policy"
BINDING: Final = "azure-native:cdn:SecurityPolicy"
DOMAIN: Final = "azure-native:cdn:AFDCustomDomain"
ENDPOINT: Final = "azure-native:cdn:AFDEndpoint"

_CURRENT: Final = {"Microsoft_DefaultRuleSet": (2, 1), "Microsoft_BotManagerRuleSet": (1, 1)}
"""Microsoft's managed rules and the oldest version that is good enough (Azure documentation, "Web Application Firewall
DRS rule groups and rules")."""

_HIDDEN: Final = frozenset(
    {
        "QueryStringArgNames",
        "RequestBodyJsonArgNames",
        "RequestBodyPostArgNames",
        "RequestCookieNames",
        "RequestHeaderNames",
    }
)
"""Where a log of what a rule found would show a session, or customers' words."""

_MOST_REQUESTS: Final = 1000
"""Of one client in a minute."""

_EVERYBODY: Final = frozenset({"0.0.0.0/0", "::/0"})


@rule(FIREWALL)
def web_firewall_refuses(firewall: Resource) -> Findings:
    """A firewall that only detects tells tomorrow what was taken today."""
    settings = firewall.part("policy_settings")
    if settings.get("enabled_state", "Enabled") != "Enabled":
        yield "the firewall is off: set policy_settings.enabled_state to Enabled"
    if settings.get("mode", "Detection") != "Prevention":
        yield "attacks get through: set policy_settings.mode to Prevention"
    if settings.get("request_body_check", "Disabled") != "Enabled":
        yield "attacks in the body get through: set policy_settings.request_body_check to Enabled"
    if firewall.part("sku").get("name", "Classic_AzureFrontDoor") != "Premium_AzureFrontDoor":
        yield "the tier has no managed rules: set sku.name to Premium_AzureFrontDoor"


@rule(FIREWALL)
def web_firewall_has_current_rules(firewall: Resource) -> Findings:
    """Old rules know old attacks; a rule that is left out is where an attack comes through."""
    sets = {each.rule_set_type: each for each in firewall.part("managed_rules").get("managed_rule_sets", [])}
    for kind, oldest in _CURRENT.items():
        managed = sets.get(kind)
        if managed is None or _version(managed.rule_set_version) < oldest:
            yield f"the firewall knows old attacks only: set {kind} of {'.'.join(map(str, oldest))} or newer"
            continue
        if managed.get("rule_set_action", "Block") != "Block":
            yield f"attacks that are found get through: set rule_set_action of {kind} to Block"
        for name in ("rule_group_overrides", "exclusions"):
            if len(managed.get(name, [])) > 0:
                yield f"some attacks get through: remove {name} of {kind}"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(text).split(".") if part.isdecimal())


@rule(FIREWALL)
def web_firewall_limits_rate(firewall: Resource) -> Findings:
    """Without a limit one client tries passwords, or floods the portal, as fast as it can."""
    rules = list(firewall.part("custom_rules").get("rules", []))
    if not any(_limits_everybody(each) for each in rules):
        yield (
            "a client asks as often as it likes: add one to custom_rules with rate_limit_threshold of at most "
            f"{_MOST_REQUESTS} a minute for everybody"
        )
    for number, each in enumerate(rules):
        if each.get("action", None) != "Block":
            yield f"the rule lets requests past the managed rules: set action of custom_rules.rules[{number}] to Block"


def _limits_everybody(each: Record) -> bool:
    conditions = list(each.get("match_conditions", []))
    return (
        each.get("enabled_state", "Enabled") == "Enabled"
        and each.get("rule_type", None) == "RateLimitRule"
        and each.get("action", None) == "Block"
        and each.get("rate_limit_duration_in_minutes", 1) >= 1
        and 0 < each.get("rate_limit_threshold", 0) <= _MOST_REQUESTS * each.get("rate_limit_duration_in_minutes", 1)
        # A header, and with it the address that it tells, may be anything.
        and [one.variable_name for one in each.get("group_by", [])] == ["SocketAddr"]
        and len(conditions) == 1
        and conditions[0].get("match_variable", None) == "SocketAddr"
        and conditions[0].get("operator", None) == "IPMatch"
        and not conditions[0].get("negate_condition", False)
        and _EVERYBODY.issubset(conditions[0].get("match_value", []))
    )


@rule(FIREWALL)
def web_firewall_logs_no_content(firewall: Resource) -> Findings:
    """The firewall writes down what a rule has found, which may be a session or customers' words."""
    settings = firewall.part("policy_settings")
    hidden = {
        each.match_variable
        for each in settings.get("scrubbing_rules", [])
        if each.get("state", "Enabled") == "Enabled" and each.get("selector_match_operator", None) == "EqualsAny"
    }
    if settings.get("state", "Disabled") != "Enabled":
        yield "logs hold what was found: set policy_settings.state, which turns scrubbing on, to Enabled"
    for variable in sorted(_HIDDEN - hidden):
        yield (
            f"logs hold what was found: add one to policy_settings.scrubbing_rules with match_variable {variable}, "
            "selector_match_operator EqualsAny and state Enabled"
        )
    others = sorted({each.match_variable for each in settings.get("scrubbing_rules", [])} - _HIDDEN)
    if others:
        yield f"logs don't say who attacks, and what: remove {', '.join(others)} from policy_settings.scrubbing_rules"


@stack_rule(BINDING)
def web_firewall_is_own(binding: Resource, stack: Stack) -> Findings:
    """A stranger's firewall lets through what the stranger likes."""
    parameters = binding.parameters

    def read() -> str | None:
        return parameters.part("waf_policy").get("id", None)

    if not means(stack, binding, "parameters", read=read, targets={FIREWALL: ("id",)}):
        yield "the firewall isn't the stack's: set parameters.waf_policy.id to its policy"
    if parameters.get("type", None) != "WebApplicationFirewall":
        yield "the policy binds no firewall: set parameters.type to WebApplicationFirewall"
    for number, each in parameters.numbered("associations"):
        if "/*" not in each.get("patterns_to_match", []):
            yield f"some addresses are reached past the firewall: set /* in parameters.associations[{number}]"


@stack_rule(DOMAIN, ENDPOINT)
def domain_is_behind_web_firewall(domain: Resource, stack: Stack) -> Findings:
    """A name that the firewall doesn't cover is the one that attackers use."""
    for binding in stack.of_type(BINDING):
        for association in binding.parameters.get("associations", []):
            for each in association.get("domains", []):

                def read(each: Record = each) -> str | None:
                    return each.get("id", None)

                if domain in stack.meant(binding, "parameters", (domain.resource_type,), "id", read=read):
                    return
    yield "the name is reached past the firewall: add its id to parameters.associations of a SecurityPolicy"
