"""Secrets in AWS Secrets Manager: changed regularly, and not gone at once."""

import re
from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
FUNCTION: Final = "aws:lambda/function:Function"

LONGEST_LIFE: Final = 90
"""Days after which a secret is changed at the latest."""

_RATE: Final = re.compile(r"rate\((\d+) (day|days|hour|hours)\)")


@rule(SECRET)
def secret_can_be_brought_back(secret: Resource) -> Findings:
    """A secret that is deleted at once takes down whatever needs it; the longest wait leaves time to notice."""
    if secret.get("recovery_window_in_days", 30) != 30:
        yield "a deleted secret is gone too soon: remove recovery_window_in_days or set it to 30"
    if len(secret.get("replicas", [])) > 0:
        yield (
            "replicas copies the secret under a key that no rule judges: remove it, and make a secret of its own in "
            "the other region"
        )


@stack_rule(SECRET)
def secret_is_rotated(secret: Resource, stack: Stack) -> Findings:
    """A secret that never changes is of use to whoever ever saw it."""
    if not stack.referring("secret_id", secret, (ROTATION,), "id", "arn"):
        yield "the secret never changes: add an aws.secretsmanager.SecretRotation for it"


@stack_rule(ROTATION)
def secret_rotation_is_regular(rotation: Resource, stack: Stack) -> Findings:
    """A rotation that comes too seldom, or by a function that nobody knows, protects nothing."""
    if not any(stack.refers_to(rotation, "rotation_lambda_arn", each, "arn") for each in stack.of_type(FUNCTION)):
        yield "no function of this stack changes the secret: set rotation_lambda_arn to one"
    days = _days(rotation.rotation_rules)
    if not 0 < days <= LONGEST_LIFE:
        yield f"the secret changes too seldom: set rotation_rules.automatically_after_days to at most {LONGEST_LIFE}"
    if not rotation.get("rotate_immediately", True):
        yield "the first value, which the program knew, stays for long: set rotate_immediately=True"


def _days(rules: Record) -> float:
    """Days between two rotations; 0 where a schedule doesn't say it plainly."""
    plain = rules.get("automatically_after_days", 0)
    match = _RATE.fullmatch(rules.get("schedule_expression", ""))
    if match is None:
        return plain
    return int(match[1]) / (1 if match[2].startswith("day") else 24)
