"""Silent copies: what replicates, backs up, delivers logs or raises alarms is allowed all it takes, or does nothing."""

from policies.iam.copies import COPIES as COPIES_IN_AWS
from policies.iam.copies import gaps as gaps_in_aws
from policies.rbac.copies import COPIES as COPIES_IN_AZURE
from policies.rbac.copies import gaps as gaps_in_azure
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule


@stack_rule(*COPIES_IN_AWS)
def copy_is_allowed_what_it_takes(copy: Resource, stack: Stack) -> Findings:
    """A role that copies without use of a key succeeds and copies nothing, and a topic refuses an alarm as quietly."""
    yield from gaps_in_aws(copy, stack)


@stack_rule(*COPIES_IN_AZURE)
def copy_has_the_roles_that_it_takes(copy: Resource, stack: Stack) -> Findings:
    """An account that can't open its key is lost, and a log that isn't let in is missed only when it is needed."""
    yield from gaps_in_azure(copy, stack)
