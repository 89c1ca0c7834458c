"""Front Door and its firewall."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import front_door as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import front_door as rules
from localcloud.azure.table.line import ANY, CDN, WAF, line

LINES: Final = (
    line(
        "cdn:Profile",
        f"{CDN}/{{profileName}}",
        replaces=("location", "sku.name"),
        everywhere=True,
        name=rules.PROFILE_NAME,
        checks=(common.between("originResponseTimeoutSeconds", 16, 240),),
        outputs=Outputs(generated=computed.profile_generated),
    ),
    line(
        "cdn:AFDEndpoint",
        f"{CDN}/{{profileName}}/afdEndpoints/{{endpointName}}",
        everywhere=True,
        name=rules.PROFILE_NAME,
        outputs=Outputs(generated=computed.endpoint_generated),
    ),
    line(
        "cdn:AFDOriginGroup",
        f"{CDN}/{{profileName}}/originGroups/{{originGroupName}}",
        name=rules.PROFILE_NAME,
        checks=(common.between("healthProbeSettings.probeIntervalInSeconds", 1, 255),),
    ),
    line(
        "cdn:AFDOrigin",
        f"{CDN}/{{profileName}}/originGroups/{{originGroupName}}/origins/{{originName}}",
        names={"sharedPrivateLinkResource.privateLink.id": ANY},
        name=rules.PROFILE_NAME,
        checks=(
            common.between("priority", 1, 5),
            common.between("weight", 1, 1000),
            common.between("httpPort", 1, 65535),
            common.between("httpsPort", 1, 65535),
        ),
        rules=(rules.premium_link,),
    ),
    line(
        "cdn:AFDCustomDomain",
        f"{CDN}/{{profileName}}/customDomains/{{customDomainName}}",
        names={"azureDnsZone.id": "Microsoft.Network/dnsZones", "tlsSettings.secret.id": ANY},
        name=rules.PROFILE_NAME,
        checks=(rules.domain, common.fits("hostName", r"[A-Za-z0-9*]([A-Za-z0-9.-]*[A-Za-z0-9])?", "a host name")),
        outputs=Outputs(generated=computed.domain_generated),
    ),
    line(
        "cdn:Route",
        f"{CDN}/{{profileName}}/afdEndpoints/{{endpointName}}/routes/{{routeName}}",
        uses={
            "originGroup.id": f"{CDN}/originGroups",
            "customDomains[].id": f"{CDN}/customDomains",
            "ruleSets[].id": f"{CDN}/ruleSets",
        },
        name=rules.PROFILE_NAME,
        checks=(rules.route,),
        rules=(rules.route_has_origin,),
    ),
    line("cdn:RuleSet", f"{CDN}/{{profileName}}/ruleSets/{{ruleSetName}}", name=rules.RULE_SET_NAME),
    line("cdn:Rule", f"{CDN}/{{profileName}}/ruleSets/{{ruleSetName}}/rules/{{ruleName}}", name=rules.RULE_SET_NAME),
    line(
        "cdn:SecurityPolicy",
        f"{CDN}/{{profileName}}/securityPolicies/{{securityPolicyName}}",
        uses={"parameters.wafPolicy.id": WAF},
        names={"parameters.associations[].domains[].id": ANY},
        name=rules.PROFILE_NAME,
    ),
    line(
        "frontdoor:Policy",
        f"{WAF}/{{policyName}}",
        everywhere=True,
        name=rules.FIREWALL_NAME,
        checks=(rules.firewall,),
    ),
)
