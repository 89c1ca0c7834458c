"""Images in Amazon ECR: nobody can put another one in an image's place, and known flaws are found."""

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.keys import is_under_shared_key
from policies.tables import jurisdictions

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration"


@rule(REPOSITORY)
def image_tags_are_immutable(repository: Resource) -> Findings:
    """Where a tag can be moved, what was tested and approved is not what runs."""
    if repository.get("image_tag_mutability", "MUTABLE") != "IMMUTABLE":
        yield "a tag can be moved to another image: set image_tag_mutability to IMMUTABLE"
    if repository.get("force_delete", False):
        yield "the repository can be deleted with its images: set force_delete=False"


@rule(REPOSITORY)
def images_are_scanned(repository: Resource) -> Findings:
    """A known flaw in an image is a way in that everybody can read up on."""
    scanning = repository.get("image_scanning_configuration", None)
    if scanning is None or not scanning.scan_on_push:
        yield "images are not scanned when they come: set image_scanning_configuration.scan_on_push=True"


@stack_rule(REPOSITORY)
def images_are_encrypted(repository: Resource, stack: Stack) -> Findings:
    """Under our own key each reading of an image is recorded and can be stopped; ECR takes its own unless told."""
    encryptions = list(repository.get("encryption_configurations", []))
    if not any(
        encryption.get("encryption_type", "AES256") in ("KMS", "KMS_DSSE")
        and is_under_shared_key(
            repository, "encryption_configurations", stack, read=lambda one=encryption: one.get("kms_key", None)
        )
        for encryption in encryptions
    ):
        yield "images are not encrypted with the platform's key: set encryption_configurations to KMS with kms_key"


@stack_rule(REPOSITORY)
def images_expire_by_number(repository: Resource, stack: Stack) -> Findings:
    """Old images keep old flaws at hand; but what runs may be old, so that images go by number, never by age."""
    policies = [each for each in stack.of_type(LIFECYCLE) if repository in _repositories(each, stack)]
    if not policies:
        yield "old images stay for ever: add an aws.ecr.LifecyclePolicy"
    for policy in policies:
        for number, entry in policy.document("policy").numbered("rules"):
            yield _keeps_enough(entry, f"rules[{number}] of {policy.resource_name}")


def _repositories(policy: Resource, stack: Stack) -> list[Resource]:
    return stack.meant(policy, "repository", [REPOSITORY], "name")


def _keeps_enough(entry: Record, place: str) -> Findings:
    selection = entry.selection
    untagged = selection.tagStatus == "untagged"
    if not untagged and selection.countType != "imageCountMoreThan":
        yield f"{place} may delete the image that runs: select by imageCountMoreThan"
    elif not untagged and selection.countNumber < 10:
        yield f"{place} leaves too few images to go back to: set countNumber to 10 at least"
    if entry.action.type != "expire":
        yield f"{place} does something else than expire images: set action.type to expire"


@rule(SCANNING)
def registry_is_scanned_all_the_time(scanning: Resource) -> Findings:
    """Most flaws become known after an image was made: what was sound when it came may be open today."""
    if scanning.get("scan_type", "BASIC") != "ENHANCED":
        yield "images are looked at once: set scan_type to ENHANCED"
    if not any(
        entry.scan_frequency == "CONTINUOUS_SCAN"
        and any(part.filter == "*" and part.filter_type == "WILDCARD" for part in entry.repository_filters)
        for entry in scanning.get("rules", [])
    ):
        yield "some images are not looked at again: set a rule of CONTINUOUS_SCAN for the filter *"


@stack_rule(REPLICATION)
def images_are_copied_within(replication: Resource, stack: Stack) -> Findings:
    """A copy in another account, or under another law, is one that nobody here looks after."""
    rules = list(replication.replication_configuration.rules)
    if not rules:
        not_applicable("nothing is copied")
    regions = jurisdictions().regions("aws", stack.jurisdiction)
    accounts = replication.allowed_accounts
    for number, entry in enumerate(rules):
        for destination in entry.destinations:
            if destination.region not in regions:
                yield f"rules[{number}] copies images out of the jurisdiction: name one of its regions"
            if destination.registry_id not in accounts:
                yield f"rules[{number}] copies images to another account: name this stack's own"


@stack_rule(REPOSITORY)
def images_are_in_both_regions(repository: Resource, stack: Stack) -> Findings:
    """A failover starts what lies in the other region: where images are not copied, it starts old ones, or nothing."""
    twins = [
        each
        for each in stack.of_type(REPOSITORY)
        if each.name == repository.name and each.get("region", None) != repository.get("region", None)
    ]
    if not twins:
        not_applicable("the repository is in one region only")
    if not any(_copies(each, repository, twin) for each in stack.of_type(REPLICATION) for twin in twins):
        yield "images are not copied to the repository's other region: add an aws.ecr.ReplicationConfiguration"


def _copies(replication: Resource, one: Resource, other: Resource) -> bool:
    ends = {one.get("region", None), other.get("region", None)}
    return any(
        {replication.get("region", None), destination.region} == ends
        and (
            len(entry.get("repository_filters", [])) == 0
            or any(str(one.name).startswith(str(part.filter)) for part in entry.repository_filters)
        )
        for entry in replication.replication_configuration.rules
        for destination in entry.destinations
    )
