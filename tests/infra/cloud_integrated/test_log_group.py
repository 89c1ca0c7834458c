"""Logs can't be read without our key, and are kept."""

import pytest

from infra.cloud_integrated.log_group import retention


def test_every_log_group_is_encrypted_kept_and_protected(stack):
    groups = stack.of_type("aws:cloudwatch/logGroup:LogGroup")

    assert set(groups) == {"flow-logs", "portal", "trail", "vpn-connections"}
    for group in groups.values():
        assert group["protect"]
        assert group["inputs"]["kmsKeyId"].endswith("key/logs-key")
        assert group["inputs"]["retentionInDays"] == 365


@pytest.mark.parametrize(("wanted", "kept"), [(365, 365), (366, 400), (545, 545), (730, 731)])
def test_a_retention_that_the_cloud_lacks_is_rounded_up(wanted, kept):
    assert retention(wanted) == kept
