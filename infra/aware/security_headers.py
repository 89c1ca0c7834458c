"""What Front Door tells browsers about the portal, whatever an app says."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import cdn

from infra.aware.placement import Placement

HEADERS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "transport": {
        # Two years, in seconds.
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # It only tells an attacker what to look for.
        "X-Powered-By": None,
    },
    "browser": {
        "Content-Security-Policy": (
            "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    },
}
"""Rule -> header -> its value; none for a header that is taken away. A rule holds five headers at most (Azure
documentation, "Azure subscription and service limits", Front Door). Values: OWASP, "HTTP Headers Cheat Sheet"."""


def security_headers(*, placement: Placement, profile_name: pulumi.Input[str], parent: pulumi.Resource) -> cdn.RuleSet:
    """A set of rules, for each route, that sets the headers on every answer."""
    rule_set = cdn.RuleSet(
        "securityheaders",
        # Letters and digits only.
        rule_set_name="securityheaders",
        profile_name=profile_name,
        resource_group_name=placement.resource_group_name,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    for order, (name, headers) in enumerate(HEADERS.items()):
        cdn.Rule(
            name,
            rule_name=name,
            rule_set_name=rule_set.name,
            profile_name=profile_name,
            resource_group_name=placement.resource_group_name,
            order=order,
            match_processing_behavior=cdn.MatchProcessingBehavior.CONTINUE_,
            actions=[_action(header, value) for header, value in headers.items()],
            opts=pulumi.ResourceOptions(parent=rule_set),
        )
    return rule_set


def _action(header: str, value: str | None) -> cdn.DeliveryRuleResponseHeaderActionArgs:
    return cdn.DeliveryRuleResponseHeaderActionArgs(
        name="ModifyResponseHeader",
        parameters=cdn.HeaderActionParametersArgs(
            type_name="DeliveryRuleHeaderActionParameters",
            header_action=cdn.HeaderAction.DELETE if value is None else cdn.HeaderAction.OVERWRITE,
            header_name=header,
            value=value,
        ),
    )
