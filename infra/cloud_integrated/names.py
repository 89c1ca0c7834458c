"""Names, ARNs and tags: the same everywhere in a stack, and stable, so that an object is found again by its name."""

from dataclasses import dataclass, replace
from typing import Final, Self

from infra.settings import Settings, SettingsError

SECOND: Final = "-2"
"""With what the names of everything in the second region end."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """How the objects of one stack are called in one of its regions.

    The longest prefix is 21 characters (8 of `namePrefix`, 12 of the stack's name, a hyphen), the suffix 2: `physical`
    leaves 8 for a load balancer or target group (32 at most), 26 for a backup vault (50), 39 for a bucket (63) and 40
    for a role (64). A vault is called after its tenant, whose id has 19 characters at most.
    """

    prefix: str
    stack: str
    service: str
    jurisdiction: str
    region: str
    account_id: str
    suffix: str = ""
    """Nothing in the first region; in the second what keeps its names apart, for IAM and S3 know no regions."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The names of a stack. Raises SettingsError when the settings are of another service."""
        if settings.cloud_integrated is None:
            raise SettingsError("cloudIntegrated is missing: the service cloud-integrated needs it")
        return cls(
            prefix=settings.name_prefix,
            stack=settings.stack,
            service=settings.service,
            jurisdiction=settings.jurisdiction,
            region=settings.region,
            account_id=settings.cloud_integrated.allowed_account_ids[0],
        )

    def at_second(self, region: str) -> Self:
        """The names of the same objects in the second region."""
        return replace(self, region=region, suffix=SECOND)

    def logical(self, name: str) -> str:
        """The name of an object in the program: the engine tells objects of one type apart by it."""
        return name + self.suffix

    def physical(self, name: str) -> str:
        """The name of an object in the cloud."""
        return f"{self.prefix}-{self.stack}-{name}{self.suffix}"

    @property
    def tenant_buckets(self) -> str:
        """With what the names of all tenants' buckets begin, in both regions, and no other bucket's does."""
        return f"{self.prefix}-{self.stack}-tenant-"

    def tenant_bucket(self, tenant: str) -> str:
        """The name of a tenant's bucket."""
        return f"{self.tenant_buckets}{tenant}{self.suffix}"

    def log_group(self, name: str) -> str:
        """The name of a log group; `*` for all of the stack in this region."""
        return f"/{self.prefix}/{self.stack}/{name}{self.suffix}"

    @property
    def web_log_group(self) -> str:
        """The name of the log group of WAF, which writes to no other (WAF Developer Guide, "Logging destinations")."""
        return f"aws-waf-logs-{self.physical('edge')}"

    @property
    def insights_log_group(self) -> str:
        """The name of the log group of the cluster's Container Insights, which writes to no other and makes one without
        our key if there is none (CloudWatch User Guide, "Container Insights metrics for Amazon ECS").
        """
        return f"/aws/ecs/containerinsights/{self.physical('services')}/performance"

    def repository(self, service: str) -> str:
        """The name of a service's image repository: one in both regions, for ECR copies between those of one name."""
        return f"{self.prefix}-{self.stack}/{service}"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    @property
    def account_arn(self) -> str:
        """The account as a principal: whom its own IAM policies allow what a resource's policy allows."""
        return f"arn:aws:iam::{self.account_id}:root"

    def role_arn(self, name: str) -> str:
        """The ARN of a role, for policies that name it before it is there."""
        return f"arn:aws:iam::{self.account_id}:role/{self.physical(name)}"

    @staticmethod
    def bucket_arn(bucket: str) -> str:
        """The ARN of a bucket by its name."""
        return f"arn:aws:s3:::{bucket}"

    def tags(self, name: str, tenant: str | None = None) -> dict[str, str]:
        """The tags of the object called `name`, of a tenant or of the whole stack."""
        return {
            "Name": self.logical(name),
            "stack": self.stack,
            "service": self.service,
            "jurisdiction": self.jurisdiction,
            "managed-by": "pulumi",
            **({"tenant": tenant} if tenant else {}),
        }
