"""What the life of one type is made of, and the documents that many of them need."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localcloud.backend import Properties

if TYPE_CHECKING:
    from conftest import Laboratory


@dataclass(frozen=True)
class Life:
    """What one type is made of, how it is changed in place, and which change needs a new object."""

    inputs: Callable[["Laboratory"], Properties]
    change: Callable[["Laboratory"], Properties] = lambda laboratory: {}
    replacement: Properties = field(default_factory=dict)
    outlives_deletion: bool = False


def policy(effect: str = "Allow", resource: str = "*") -> str:
    statement = {"Sid": "One", "Effect": effect, "Action": ["s3:GetObject"], "Resource": resource, "Principal": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def identity_policy(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def trust_policy(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
