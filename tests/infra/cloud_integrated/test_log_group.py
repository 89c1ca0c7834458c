"""Logs can't be read without our key, and are kept."""

import pytest

from infra.cloud_integrated.log_group import retention


def test_every_log_group_is_encrypted_kept_and_protected(stack):
    groups = stack.of_type("aws:cloudwatch/logGroup:LogGroup")

    assert {"findings", "flow-logs", "portal", "trail", "vpn-connections", "web-firewall"} <= set(groups)
    for name, group in groups.items():
        region, suffix = ("us-west-2", "-2") if name.endswith("-2") else ("us-east-1", "")
        assert group["protect"]
        assert group["inputs"]["region"] == region
        assert group["inputs"]["kmsKeyId"] == f"arn:aws:kms:{region}:123456789012:key/logs-key{suffix}"
        assert group["inputs"]["retentionInDays"] == 365


@pytest.mark.parametrize(("wanted", "kept"), [(365, 365), (366, 400), (545, 545), (730, 731)])
def test_a_retention_that_the_cloud_lacks_is_rounded_up(wanted, kept):
    assert retention(wanted) == kept
