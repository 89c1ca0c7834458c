"""Lambda functions, which nothing runs here."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.model import Type
from localcloud.backend import Properties

_ARN: Final = "arn:aws:lambda:{region}:{account}:function:{name}"


def _code_problem(inputs: Properties) -> str | None:
    given = [name for name in ("code", "imageUri", "s3Bucket") if inputs.get(name) is not None]
    return None if len(given) == 1 else f"exactly one of code, imageUri, s3Bucket is needed, {len(given)} are given"


FUNCTIONS: Final[Mapping[str, Type]] = {
    "aws:lambda/function:Function": Type(
        service="lambda",
        identity="{name}",
        name="name",
        reason="moto wants the code as a file in a bucket, and starts a container to run it",
        outputs={
            "arn": _ARN,
            "invokeArn": f"arn:aws:apigateway:{{region}}:lambda:path/2015-03-31/functions/{_ARN}/invocations",
            "qualifiedArn": f"{_ARN}:$LATEST",
            "version": "$LATEST",
        },
        defaults={
            "memorySize": 128,
            "packageType": "Zip",
            "publish": False,
            "reservedConcurrentExecutions": -1,
            "skipDestroy": False,
            "timeout": 3,
        },
        computed=(
            "architectures",
            "codeSha256",
            "ephemeralStorage",
            "loggingConfig",
            "loggingConfig.applicationLogLevel",
            "loggingConfig.systemLogLevel",
            "sourceCodeHash",
            "tracingConfig",
        ),
        replaces=("name", "packageType", "tenancyConfig"),
        check=_code_problem,
    ),
    "aws:lambda/permission:Permission": Type(
        service="lambda",
        identity="{statementId}",
        name="statementId",
        key=("function", "principal", "sourceArn", "statementId"),
        reason="its function is kept in memory",
        replaces=(
            "action",
            "eventSourceToken",
            "function",
            "functionUrlAuthType",
            "invokedViaFunctionUrl",
            "principal",
            "principalOrgId",
            "qualifier",
            "sourceAccount",
            "sourceArn",
            "statementId",
            "statementIdPrefix",
        ),
        normal={"function": lambda name: name.rpartition(":")[2]},
    ),
}
