"""Functions in AWS Lambda: whose they are, who calls them, what they say."""

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.tables import runtimes, today

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

_SERVICE = ".amazonaws.com"


@rule(FUNCTION)
def function_is_all_its_own_code(function: Resource) -> Findings:
    """Layers and images bring code that is not in the program; variables hold what everybody sees who may look."""
    if len(function.get("layers", [])) > 0:
        yield "the function runs code of others: remove layers"
    if function.get("package_type", "Zip") != "Zip" or function.get("image_uri", None) is not None:
        yield "the function runs an image, which no rule judges: set code, and remove image_uri"
    for name in ("s3_bucket", "s3_key"):
        if function.get(name, None) is not None:
            yield f"the function's code can be changed after its approval: remove {name} and give its code"
    code = function.get("code", None)
    if code is not None and any(place.rpartition(".")[2] == "uri" for place, _ in code.texts()):
        yield "the function's code is fetched from elsewhere at each deployment: give the program's own files in code"
    if function.get("environment", None) is not None:
        yield "the function has environment variables, in clear for everybody who may look: remove environment"
    if function.get("snap_start", None) is not None:
        yield "what the function holds is kept as a snapshot: remove snap_start"


@rule(FUNCTION)
def function_runs_on_what_is_mended(function: Resource) -> Findings:
    """What everybody can read about a runtime that nobody mends any more is how to get into it."""
    last_day = runtimes().get(function.get("runtime", ""), None)
    if last_day is None:
        yield "the function's runtime is not among those reviewed: take one of policies/runtimes.toml"
    elif last_day < today():
        yield "the function's runtime gets no updates any more: take a newer one of policies/runtimes.toml"


@stack_rule(FUNCTION)
def function_keeps_its_log(function: Resource, stack: Stack) -> Findings:
    """What a function did is told by its log; by itself Lambda makes one without our key, kept for ever."""
    logging = function.get("logging_config", None)
    group = None if logging is None else logging.get("log_group", None)
    if not stack.meant(function, "logging_config", [LOG_GROUP], "name", read=lambda: group):
        yield "what it says goes to a group of Lambda's own: set logging_config.log_group to one of this stack"


@rule(PERMISSION)
def function_is_called_from_here(permission: Resource) -> Findings:
    """A service of AWS acts for whoever asks it: unless the account is named, for strangers as well."""
    if permission.action != "lambda:InvokeFunction":
        yield "more is allowed than a call: set action to lambda:InvokeFunction"
    if not str(permission.principal).endswith(_SERVICE):
        yield "somebody else than a service of AWS calls the function: set principal to a service"
    if permission.get("source_account", None) not in permission.allowed_accounts:
        yield "the service may call the function for other accounts: set source_account to this stack's own"
    if permission.get("function_url_auth_type", None) is not None:
        yield "the function is open to the internet: remove function_url_auth_type"


@stack_rule(ROTATION)
def rotation_gets_at_its_function(rotation: Resource, stack: Stack) -> Findings:
    """A function that Secrets Manager may not call changes no secret, and nothing fails but the change itself."""
    for function in stack.meant(rotation, "rotation_lambda_arn", [FUNCTION], "arn"):
        if not any(
            permission.principal == "secretsmanager.amazonaws.com"
            and function in stack.meant(permission, "function", [FUNCTION], "name", "arn")
            for permission in stack.of_type(PERMISSION)
        ):
            yield f"Secrets Manager may not call {function.resource_name}: add an aws.lambda_.Permission"
