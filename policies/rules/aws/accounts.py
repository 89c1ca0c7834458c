"""What holds for an AWS account as a whole, and catches what a single resource gets wrong."""

from typing import Final

from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, rule, stack_rule
from policies.versions import is_as_locked

PROVIDER: Final = "pulumi:providers:aws"
ANALYZER: Final = "aws:accessanalyzer/analyzer:Analyzer"

ONCE: Final = {
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": "a password policy",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": "a public access block for all buckets",
}
"""Settings that an account has once, and what each is."""

EACH_REGION: Final = {
    "aws:ebs/encryptionByDefault:EncryptionByDefault": "the encryption of all new disks",
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": "a public access block for snapshots",
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": "a public access block for machine images",
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": "the defaults of machines' metadata",
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": "the state of the serial console",
}
"""Settings that an account has in each region."""

SETTINGS: Final = frozenset(
    {
        "allowedAccountIds",
        "forbiddenAccountIds",
        "maxRetries",
        "region",
        "retryMode",
        "skipRegionValidation",
        "stsRegion",
        "useDualstackEndpoint",
        "useFipsEndpoint",
        "version",
    }
)
"""What a provider may have set: it calls AWS itself, under TLS, as whoever runs it, and learns which account that is.

Regions are judged by rules of their own, so that the provider's list of them, which lacks the latest, may be skipped.
"""

LONGEST_UNUSED: Final = 90
"""Days after which access that nobody uses is reported (CIS AWS Foundations Benchmark, credentials unused)."""


def is_in_account_of(provider: Resource, resource: Resource, stack: Stack) -> bool:
    """Whether a resource lies in the account in which a provider works."""
    if resource.provider is None:
        return len(stack.of_type(PROVIDER)) == 1
    return resource.provider.urn == provider.urn or resource.allowed_accounts == provider.allowed_accounts != []


def _of_account(provider: Resource, stack: Stack, resource_type: str) -> list[Resource]:
    return [each for each in stack.of_type(resource_type) if is_in_account_of(provider, each, stack)]


@rule(PROVIDER)
def provider_names_its_account(provider: Resource) -> Findings:
    """With the wrong credentials a stack would be made in another account, among whatever is there."""
    if len(provider.allowed_accounts) != 1:
        yield "the provider works in whatever account it is let in: name the one account in allowed_account_ids"


@stack_rule(PROVIDER)
def provider_works_in_agreed_account(provider: Resource, stack: Stack) -> Findings:
    """In another account than was agreed, whoever holds that one has all that customers entrusted to this one."""
    if any(each not in stack.account_ids for each in provider.allowed_accounts):
        yield "the stack is made in another account than was agreed: set allowed_account_ids to the stack's accountIds"


@rule(PROVIDER)
def provider_calls_aws_as_whoever_runs_it(provider: Resource) -> Findings:
    """Other endpoints, proxies, credentials or default tags lead elsewhere, or change what the resources say."""
    for name in provider.names():
        # What the engine keeps for itself can't be read by its name, and counts as set.
        if name not in SETTINGS and provider.get(name, True) is not False:
            yield f"the provider does else than call AWS itself, as whoever runs it: remove {name}"
    yield is_as_locked(provider)


@stack_rule(PROVIDER)
def account_settings_are_complete(provider: Resource, stack: Stack) -> Findings:
    """What isn't set for the whole account is left to each resource, and to whoever makes one by hand."""
    regions = stack.regions()
    for resource_type, what in ONCE.items():
        if not _of_account(provider, stack, resource_type):
            yield f"the account has no {what.removeprefix('a ')}: add {_class(resource_type)}"
    for resource_type, what in EACH_REGION.items():
        set_in = {aws_region(each) for each in _of_account(provider, stack, resource_type)}
        if not regions <= set_in:
            yield f"a region of the stack lacks {what}: add {_class(resource_type)} in each region"


def _class(resource_type: str) -> str:
    module, name = resource_type.removeprefix("aws:").split(":")
    return f"aws.{module.split('/')[0]}.{name}"


@stack_rule(PROVIDER)
def access_is_analyzed(provider: Resource, stack: Stack) -> Findings:
    """A policy that lets in another account, or access that nobody uses any more, is found by looking for it always."""
    analyzers = _of_account(provider, stack, ANALYZER)
    external = {aws_region(each) for each in analyzers if each.get("type", "ACCOUNT") in ("ACCOUNT", "ORGANIZATION")}
    if not stack.regions() <= external:
        yield "nothing looks for external access in a region: add an aws.accessanalyzer.Analyzer of type ACCOUNT there"
    kinds = ("ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS")
    if not any(each.get("type", "ACCOUNT") in kinds for each in analyzers):
        yield "nothing looks for unused access: add an aws.accessanalyzer.Analyzer of type ACCOUNT_UNUSED_ACCESS"


@rule(ANALYZER)
def analyzer_overlooks_nothing(analyzer: Resource) -> Findings:
    """An analyzer that waits too long, or is told what to leave out, reports that all is well."""
    configuration = analyzer.get("configuration", None)
    if configuration is None:
        return
    unused = configuration.get("unused_access", None)
    if unused is None:
        return
    # Access Analyzer takes 90 days when none are given.
    if not 0 < unused.get("unused_access_age", LONGEST_UNUSED) <= LONGEST_UNUSED:
        yield f"access counts as unused too late: set configuration.unused_access.unused_access_age to {LONGEST_UNUSED}"
    rules = unused.get("analysis_rule", None)
    if rules is not None and len(rules.get("exclusions", [])) > 0:
        yield "the analyzer is told to overlook some access: remove configuration.unused_access.analysis_rule"


@rule("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")
def account_access_block_is_of_this_account(block: Resource) -> Findings:
    """A block that stands before another account's buckets leaves those of this one to their own."""
    # Without a word it is the account that the provider works in.
    account = block.get("account_id", None)
    if account and block.allowed_accounts and account not in block.allowed_accounts:
        yield "the block is another account's: remove account_id"


@rule("aws:ebs/encryptionByDefault:EncryptionByDefault")
def disks_are_encrypted_by_default(setting: Resource) -> Findings:
    """A disk that somebody makes without a word about encryption lies in clear."""
    if not setting.get("enabled", True):
        yield "new disks are not encrypted: set enabled=True"


@rule("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess")
def snapshots_are_not_public(setting: Resource) -> Findings:
    """Whoever finds a public snapshot has all that was on the disk."""
    if setting.state != "block-all-sharing":
        yield "snapshots can be public: set state to block-all-sharing"


@rule("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess")
def images_are_not_public(setting: Resource) -> Findings:
    """Whoever finds a public machine image has all that was put into it."""
    if setting.state != "block-new-sharing":
        yield "machine images can be public: set state to block-new-sharing"


@rule("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults")
def instance_metadata_asks_for_token(setting: Resource) -> Findings:
    """A machine whose metadata answer without a token hands its credentials to whoever can make it ask for them."""
    if setting.get("http_tokens", "optional") != "required":
        yield "metadata are handed out without a token: set http_tokens to required"
    # -1, the default, leaves it to each machine.
    if setting.get("http_put_response_hop_limit", -1) != 1:
        yield "a token can travel beyond the machine: set http_put_response_hop_limit to 1"
    if setting.get("instance_metadata_tags", "no-preference") == "enabled":
        yield "a machine's tags are handed out as well: set instance_metadata_tags to disabled"


@rule("aws:ec2/serialConsoleAccess:SerialConsoleAccess")
def serial_console_is_off(setting: Resource) -> Findings:
    """The serial console is a way into machines past the network, and so past the VPN."""
    if setting.get("enabled", True):
        yield "the serial console is on: set enabled=False"


@rule("aws:iam/accountPasswordPolicy:AccountPasswordPolicy")
def password_policy_is_strict(policy: Resource) -> Findings:
    """Passwords must be long, mixed, changed regularly and not used again (e-mail document, 4.c).

    The numbers are those of the CIS AWS Foundations Benchmark.
    """
    if policy.get("minimum_password_length", 6) < 14:
        yield "passwords may be short: set minimum_password_length to at least 14"
    for name in ("lowercase_characters", "uppercase_characters", "numbers", "symbols"):
        if not policy.get(f"require_{name}", False):
            yield f"passwords need not hold {name.replace('_', ' ')}: set require_{name}=True"
    # 0, the default, lets a password stay for ever.
    if not 0 < policy.get("max_password_age", 0) <= 90:
        yield "passwords need not be changed: set max_password_age to at most 90"
    if policy.get("password_reuse_prevention", 0) < 24:
        yield "passwords may be used again: set password_reuse_prevention to 24"
    if not policy.get("allow_users_to_change_password", False):
        yield "people can't change their passwords: set allow_users_to_change_password=True"
