from typing import Any


def test_addresses_are_fixed_and_stand_in_each_zone_and_are_logged(stack: Any):
    for name, address in stack.named("network:PublicIPAddress").items():
        assert address["inputs"]["zones"] == ["1", "2", "3"]
        assert address["inputs"]["sku"] == {"name": "Standard", "tier": "Regional"}
        assert address["inputs"]["publicIPAllocationMethod"] == "Static"
        logical, mark = (name[:-2], "-2") if name.endswith("-2") else (name, "")
        assert stack.inputs("monitor:DiagnosticSetting", f"pip-{logical}{mark}")["resourceUri"].endswith(f"/{name}")
