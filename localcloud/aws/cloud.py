"""The AWS account that lives in this process: moto's backends behind boto3, and what moto lacks in memory."""

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast
from wsgiref.types import WSGIApplication

# moto reads these at its first call: the AMIs would bring 1,301 snapshots, the managed policies can be attached.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# Seconds until a certificate is issued: none, or each refresh of the first minute would find another state.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "-1")

import boto3.session
import jmespath
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ListShape, MapShape, StructureShape
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localcloud.aws import guards, mends
from localcloud.aws.sdk import same_name
from localcloud.backend import Properties, RejectedError

ACCOUNT: Final = "123456789012"
"""The only account of this cloud: moto's own."""

_MISSING: Final = re.compile(r"NotFound|NoSuch|DoesNotExist|Non[Ee]xist|^404$")


class RefusedError(RejectedError):
    """A call that AWS refuses; `code` is AWS's own word for the reason."""

    def __init__(self, operation: str, code: str, reason: str) -> None:
        super().__init__(f"AWS refuses {operation}: {reason.strip().rstrip('.')} ({code}).")
        self.code = code

    @property
    def is_missing(self) -> bool:
        """Whether the object of the call isn't there."""
        return _MISSING.search(self.code) is not None


class Cloud:
    """One empty AWS account, from the moment it is made. Only one exists in a process, for moto is global."""

    def __init__(self) -> None:
        self._mock = mock_aws()
        self._mock.start()
        guards.install()
        mends.install()
        self.memory: dict[str, dict[str, Properties]] = {}

    def close(self) -> None:
        """Ends the account; its objects are lost."""
        self._mock.stop()

    def back_door(self) -> WSGIApplication:
        """moto's own server on the same objects."""
        return DomainDispatcherApplication(create_backend_app)

    @cache  # noqa: B019  the cloud lives as long as its process
    def client(self, service: str, region: str) -> Any:
        """A client with credentials of its own: none of the user's are looked for."""
        session: Any = boto3.session.Session(aws_access_key_id="local", aws_secret_access_key="local")  # noqa: S106
        return session.client(service, region_name=region)

    def session(self, service: str, region: str) -> "Session":
        """Calls of one service in one region."""
        return Session(self, service, region)


class Session:
    """Calls of one service in one region."""

    def __init__(self, cloud: Cloud, service: str, region: str) -> None:
        self.cloud, self.service, self.region = cloud, service, region

    def of(self, service: str) -> "Session":
        """Calls of another service in the same region."""
        return Session(self.cloud, service, self.region)

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One call, names of parameters in any case. Raises RefusedError where AWS refuses it."""
        client = self.cloud.client(self.service, self.region)
        model = self.operation(operation)
        try:
            shaped = _shaped(dict(parameters), model.input_shape)
            answer: dict[str, Any] = getattr(client, operation)(**shaped)
        except ClientError as error:
            details = error.response.get("Error", {})
            raise RefusedError(model.name, details.get("Code", "Unknown"), details.get("Message", "")) from None
        except ParamValidationError as error:
            # Its text holds the values.
            names = sorted(set(re.findall(r'parameter:? "?([\w.\[\]]+)', str(error)))) or ["its parameters"]
            raise RefusedError(model.name, "ValidationError", f"wrong or missing: {', '.join(names)}") from None
        except NotImplementedError:
            raise RejectedError(
                f"moto doesn't simulate {self.service}:{model.name}: keep it in memory (localcloud/aws/table)."
            ) from None
        return answer

    def ask(self, operation: str, path: str, **parameters: Any) -> Any:
        """What a JMESPath expression finds in the answer, over all its pages."""
        client = self.cloud.client(self.service, self.region)
        expression = jmespath.compile(path)
        if not client.can_paginate(operation):
            return expression.search(self.call(operation, parameters))
        try:
            return expression.search(client.get_paginator(operation).paginate(**parameters).build_full_result())
        except ClientError as error:
            details = error.response.get("Error", {})
            raise RefusedError(operation, details.get("Code", "Unknown"), details.get("Message", "")) from None

    def operation(self, name: str) -> Any:
        """botocore's description of an operation such as `create_vpc`, which it leaves without types."""
        client = self.cloud.client(self.service, self.region)
        return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name])


def _shaped(value: Any, shape: Any) -> Any:
    """A value with the names and types that botocore's description wants."""
    match shape, value:
        case StructureShape(), [single]:
            # The SDK has lists of at most one element where the cloud has the element itself.
            return _shaped(single, shape)
        case StructureShape(), dict():
            members = cast("dict[str, Any]", shape.members)
            spelled = {name: _member(members, name) for name in value}
            return {
                spelling or name: _shaped(value[name], members[spelling]) if spelling else value[name]
                for name, spelling in spelled.items()
            }
        case ListShape(), _:
            elements: list[Any] = value if isinstance(value, list) else [value]
            return [_shaped(element, shape.member) for element in elements]
        case MapShape(), dict():
            return {name: _shaped(element, shape.value) for name, element in value.items()}
        case _:
            return _shaped_scalar(value, shape)


def _member(members: Mapping[str, Any], name: str) -> str | None:
    """The description's own spelling of a name."""
    exact = next((each for each in members if each.lower() == name.lower()), None)
    return exact or next((each for each in members if same_name(each, name)), None)


def _shaped_scalar(value: Any, shape: Any) -> Any:
    if shape is None:
        return value
    if shape.type_name == "string" and isinstance(value, bool | dict):
        return json.dumps(value)
    if shape.type_name == "string" and isinstance(value, int):
        return str(value)
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value
