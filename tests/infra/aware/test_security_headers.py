from typing import Any

import pytest


def headers(stack: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("transport", "browser"):
        rule = stack.inputs("cdn:Rule", name)
        assert rule["ruleSetName"] == "securityheaders"
        assert "conditions" not in rule, "it holds for every answer"
        assert rule["matchProcessingBehavior"] == "Continue"
        assert len(rule["actions"]) <= 5
        for action in rule["actions"]:
            assert action["name"] == "ModifyResponseHeader"
            parameters = action["parameters"]
            overwrites = parameters["headerAction"] == "Overwrite"
            found[parameters["headerName"]] = parameters["value"] if overwrites else parameters["headerAction"]
    return found


def test_headers(stack: Any):
    assert headers(stack) == {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Powered-By": "Delete",
        "Content-Security-Policy": (
            "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


@pytest.mark.parametrize("service", ["data-management", "search-and-discover", "signal", "spotlight", "tokens"])
def test_every_route_sets_them(stack: Any, service: str):
    assert stack.inputs("cdn:Route", service)["ruleSets"] == [{"id": "azure-native:cdn:RuleSet/securityheaders"}]
