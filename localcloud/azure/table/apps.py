"""Container Apps."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import apps as computed
from localcloud.azure.rules import apps as rules
from localcloud.azure.rules import common
from localcloud.azure.table.line import ENVIRONMENT, SUBNET, line

LINES: Final = (
    line(
        "app:ManagedEnvironment",
        f"{ENVIRONMENT}/{{environmentName}}",
        replaces=("location", "zoneRedundant"),
        uses={"vnetConfiguration.infrastructureSubnetId": SUBNET},
        write_only=("appLogsConfiguration.logAnalyticsConfiguration.sharedKey",),
        name=rules.ENVIRONMENT_NAME,
        checks=(rules.environment,),
        rules=(rules.environment_subnet, common.same_region("vnetConfiguration.infrastructureSubnetId")),
        outputs=Outputs(generated=computed.environment_generated),
    ),
    line(
        "app:ContainerApp",
        "Microsoft.App/containerApps/{containerAppName}",
        replaces=("environmentId", "managedEnvironmentId", "location"),
        uses={"environmentId": ENVIRONMENT, "managedEnvironmentId": ENVIRONMENT},
        write_only=("configuration.secrets[].value",),
        name=rules.APP_NAME,
        checks=(
            rules.app,
            common.between("template.scale.minReplicas", 0, 1000),
            common.between("template.scale.maxReplicas", 1, 1000),
            common.between("configuration.ingress.targetPort", 1, 65535),
        ),
        rules=(
            rules.app_fits_environment,
            common.same_region("environmentId"),
            common.same_region("managedEnvironmentId"),
        ),
        outputs=Outputs(generated=computed.app_generated),
    ),
    line(
        "app:Job",
        "Microsoft.App/jobs/{jobName}",
        replaces=("environmentId", "location"),
        uses={"environmentId": ENVIRONMENT},
        write_only=("configuration.secrets[].value",),
        name=rules.APP_NAME,
        checks=(
            rules.app,
            common.one_of("configuration.triggerType", "Manual", "Schedule", "Event"),
            common.between("configuration.replicaTimeout", 1, 604800),
        ),
        rules=(rules.app_fits_environment, common.same_region("environmentId")),
    ),
)
