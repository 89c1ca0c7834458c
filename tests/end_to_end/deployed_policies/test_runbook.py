"""What the runbook tells people to do: what is asked of the declared policies, asked of the deployed ones."""

from tests.infra.cloud_integrated.evaluation.test_runbook import *  # noqa: F403  # the same cases, all of them
