"""Settings by which a resource could get around what the other rules hold, and which nothing here needs."""

from collections.abc import Mapping
from typing import Final

from policies.resources import Resource
from policies.rulebook import Findings, rule

LEFT_OUT: Final[Mapping[str, Mapping[str, str]]] = {
    "aws:appautoscaling/target:Target": {
        "suspended_state": "the service doesn't grow while it is suspended",
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "unit": "an alarm never sees what is measured in another unit",
    },
    "aws:ec2/flowLog:FlowLog": {
        "deliver_cross_account_role": "the log goes to another account",
        "log_format": "what the log leaves out can't be found in it later",
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "service_region": "the door leads to another region",
    },
    "aws:ec2clientvpn/endpoint:Endpoint": {
        "dns_servers": "names come from a resolver that no rule judges",
        "transit_gateway_configuration": "the VPN leads into other networks",
    },
    "aws:ecs/service:Service": {
        "deployment_configuration": "functions that no rule judges take part in a deployment",
        "service_registries": "tasks are found, and called, past the mesh and its TLS",
        "volume_configuration": "a disk outlives its task, where no rule judges it",
        "vpc_lattice_configurations": "tasks are reached past the load balancer and its firewall",
    },
    "aws:lambda/function:Function": {
        "dead_letter_config": "what the function is called with goes elsewhere when it fails",
        "file_system_config": "files outlive the function, where no rule judges them",
    },
    "aws:route53/record:Record": {
        "allow_overwrite": "a record that somebody else declared is replaced unseen",
    },
}
"""By type, what has to be left out, and what it would do."""


_LOG_FORMAT: Final = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)
"""VPC User Guide, "Flow log records": the default format."""


@rule(*LEFT_OUT)
def resource_leaves_out_what_gets_around_rules(resource: Resource) -> Findings:
    """A setting that no other rule reads can open what they hold closed, and none of them would tell."""
    for name, consequence in LEFT_OUT[resource.resource_type].items():
        if resource.get(name, None) and not _is_the_default(resource, name):
            yield f"{consequence}: remove {name}"


def _is_the_default(resource: Resource, name: str) -> bool:
    """Whether a setting is what AWS takes, and names in a state, when it is left out."""
    match name:
        case "deployment_configuration":
            deployment = resource.deployment_configuration
            return deployment.get("strategy", "ROLLING") == "ROLLING" and not deployment.get("lifecycle_hooks", [])
        case "log_format":
            return resource.log_format == _LOG_FORMAT
        case "service_region":
            return resource.service_region == resource.get("region", None)
        case "suspended_state":
            return not any(resource.suspended_state.get(each, False) for each in resource.suspended_state.names())
        case _:
            return False
