"""What several services have in common."""

from typing import Any, Final

from localcloud.aws.cloud import RefusedError, Session
from localcloud.aws.model import Tags, call, read

EC2_TAGS: Final = Tags(
    add=call("create_tags", Resources=["{id}"], Tags="{tagList}"),
    remove=call("delete_tags", Resources=["{id}"], Tags="{removedTagList}"),
)

ELB_TAGS: Final = Tags(
    add=call("add_tags", ResourceArns=["{id}"], Tags="{tagList}"),
    remove=call("remove_tags", ResourceArns=["{id}"], TagKeys="{removedTags}"),
    read=read("describe_tags", "{tags: TagDescriptions[0].Tags}", ResourceArns=["{id}"]),
)

WATCH_TAGS: Final = Tags(
    add=call("tag_resource", ResourceARN="{arn}", Tags="{tagList}"),
    remove=call("untag_resource", ResourceARN="{arn}", TagKeys="{removedTags}"),
    read=read("list_tags_for_resource", "{tags: Tags}", ResourceARN="{arn}"),
)
"""CloudWatch's and EventBridge's."""


def tagged(resource: str) -> list[dict[str, str]]:
    """The tags of an EC2 object at its creation."""
    return [{"ResourceType": resource, "Tags": "{tagList}"}]


def filters(**wanted: str) -> list[dict[str, Any]]:
    """EC2's filters: `vpc_id="{id}"` for `vpc-id`."""
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in wanted.items()]


def ignoring_missing(session: Session, operation: str, parameters: dict[str, Any]) -> None:
    """A call whose object may be gone already."""
    try:
        session.call(operation, parameters)
    except RefusedError as error:
        if not error.is_missing:
            raise
