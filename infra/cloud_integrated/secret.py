"""Secrets of the services: made by the cloud, changed by the cloud every month, seen by nobody."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, lambda_, secretsmanager

from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole

HOLDERS: Final[Mapping[str, str]] = {
    "portal": "With what the portal signs the sessions of the customers' people",
    "tokens": "With what the token service signs what it answers",
}
"""The services that have a secret, and what for."""

ROTATION_DAYS: Final = 30
"""Days after which a secret has another value."""

HANDLER: Final = Path(__file__).parent / "rotation" / "handler.py"


class Secrets(Room):
    """A secret a service, `arns` by service. A region has its own, so that none leaves it.

    A secret has its first value once its rotation, in `rotations` by service, is there.
    """

    def __init__(
        self,
        *,
        names: Names,
        key_arn: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("secrets", names=names, options=options)
        self._key_arn = key_arn
        secrets = {service: self._secret(service, purpose) for service, purpose in HOLDERS.items()}
        self.arns: Mapping[str, pulumi.Output[str]] = {service: secret.arn for service, secret in secrets.items()}
        logs = log_group(self, "rotation", key_arn=logs_key_arn, retention_days=retention_days)
        function = self._function(boundary_arn, logs)
        permission = lambda_.Permission(
            names.logical("rotation"),
            lambda_.PermissionArgs(
                region=names.region,
                function=function.name,
                action="lambda:InvokeFunction",
                principal="secretsmanager.amazonaws.com",
                source_account=names.account_id,
            ),
            opts=self.child(),
        )
        self.rotations: Mapping[str, secretsmanager.SecretRotation] = {
            service: secretsmanager.SecretRotation(
                names.logical(service),
                secretsmanager.SecretRotationArgs(
                    region=names.region,
                    secret_id=secret.id,
                    rotation_lambda_arn=function.arn,
                    # The first value comes of the first rotation.
                    rotate_immediately=True,
                    rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(
                        automatically_after_days=ROTATION_DAYS
                    ),
                ),
                opts=self.child(depends_on=[permission]),
            )
            for service, secret in secrets.items()
        }
        self.register_outputs({})

    def reading(self, service: str) -> Sequence[Statement]:
        """What it takes to read the service's secret."""
        return [
            Statement(sid="ReadSecret", actions=["secretsmanager:GetSecretValue"], resources=[self.arns[service]]),
            Statement(sid="KeyOfTheSecret", actions=["kms:Decrypt"], resources=[self._key_arn]),
        ]

    def _secret(self, service: str, purpose: str) -> secretsmanager.Secret:
        names = self.names
        return secretsmanager.Secret(
            names.logical(service),
            secretsmanager.SecretArgs(
                region=names.region,
                name=names.physical(service),
                description=purpose,
                kms_key_id=self._key_arn,
                recovery_window_in_days=30,
                tags=names.tags(service),
            ),
            opts=self.child(protect=True),
        )

    def _function(self, boundary_arn: pulumi.Input[str], logs: cloudwatch.LogGroup) -> lambda_.Function:
        names = self.names
        role = ServiceRole(
            "rotation",
            names=names,
            service="lambda.amazonaws.com",
            # Lambda names no source when it takes on a role; IAM lets no other account pass this one to it.
            source_arn=None,
            boundary_arn=boundary_arn,
            statements=[
                Statement(
                    sid="Rotate",
                    actions=[
                        "secretsmanager:DescribeSecret",
                        "secretsmanager:GetSecretValue",
                        "secretsmanager:PutSecretValue",
                        "secretsmanager:UpdateSecretVersionStage",
                    ],
                    resources=list(self.arns.values()),
                ),
                # The one action of Secrets Manager that knows no resource.
                Statement(sid="RandomValue", actions=["secretsmanager:GetRandomPassword"]),
                Statement(
                    sid="KeyOfTheSecrets", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._key_arn]
                ),
                Statement(
                    sid="WriteLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[pulumi.Output.concat(logs.arn, ":log-stream:*")],
                ),
            ],
            options=self.child(),
        )
        return lambda_.Function(
            names.logical("rotation"),
            lambda_.FunctionArgs(
                region=names.region,
                name=names.physical("rotation"),
                description="Gives secrets a new value",
                role=role.arn,
                runtime=lambda_.Runtime.PYTHON3D13,
                architectures=["arm64"],
                handler="handler.rotate",
                code=pulumi.AssetArchive({"handler.py": pulumi.FileAsset(str(HANDLER))}),
                memory_size=128,
                timeout=30,
                logging_config=lambda_.FunctionLoggingConfigArgs(log_format="JSON", log_group=logs.name),
                tags=names.tags("rotation"),
            ),
            opts=self.child(),
        )
