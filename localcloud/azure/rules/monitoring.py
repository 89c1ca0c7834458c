"""What ARM refuses of logs, alerts and diagnostic settings."""

from typing import Final

from localcloud.azure.cloud import Name
from localcloud.azure.rules.common import Failures
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import get, select

WORKSPACE_NAME: Final = Name(r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", "4 to 63 letters, digits and hyphens")


def diagnostics(inputs: Properties) -> Failures:
    """A setting has somewhere to send to, and each entry names a category or a group of them."""
    destinations = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
    if not any(inputs.get(name) for name in destinations):
        yield CheckFailure("workspaceId", f"a diagnostic setting needs one of {', '.join(destinations)}")
    for path, value in select(inputs, "logs[]"):
        if (get(value, "category") is None) == (get(value, "categoryGroup") is None):
            yield CheckFailure(path, "needs either category or categoryGroup")
