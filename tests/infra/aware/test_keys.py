from typing import Any

PLATFORM = ("audit", "backup", "database", "ingestion", "platform")
TENANTS = ("tenant-acme", "tenant-globex", "tenant-initech")


def test_the_platforms_keys_and_the_tenants_keys_have_vaults_of_their_own(stack: Any):
    keys = stack.named("keyvault:Key")
    assert {name: key["inputs"]["keyName"] for name, key in keys.items()} == {
        **{name: name for name in (*PLATFORM, *TENANTS, "database-copy", "tokens")},
        "database-2": "database",
        "platform-2": "platform",
    }
    vaults = {name: key["inputs"]["vaultName"] for name, key in keys.items()}
    assert vaults == {
        **dict.fromkeys(PLATFORM, "kvhostcouseast"),
        **dict.fromkeys(TENANTS, "kvthostcouseast"),
        "database-copy": "kvchostcouseast",
        "database-2": "kv2hostcouseast",
        "platform-2": "kv2hostcouseast",
        "tokens": "kvshostcouseast",
    }


def test_a_tenants_key_hangs_below_its_tenant(stack: Any):
    for name in TENANTS:
        tenant = stack.named("hosting:infra:Tenant")[name.removeprefix("tenant-")]
        assert stack.named("keyvault:Key")[name]["parent"] == tenant["urn"]


def test_each_key_is_used_by_those_alone_whose_it_is(stack: Any):
    """Except a tenant's: the account, Search and the tenant's own workload wrap with it."""
    users: dict[str, set[str]] = {}
    for role in stack.named("authorization:RoleAssignment").values():
        inputs = role["inputs"]
        if str(inputs["scope"]).startswith("azure-native:keyvault:Key/") and not inputs["scope"].endswith("/tokens"):
            assert inputs["roleDefinitionId"].endswith("/e147488a-f6f5-4113-8e2d-b22465e65bf6"), "wrap and unwrap only"
            assert inputs["principalType"] == "ServicePrincipal"
            users.setdefault(inputs["scope"].rpartition("/")[2], set()).add(inputs["principalId"])
    assert users.pop("platform") == {
        "principal of id-flow-logs-hostco-useast",
        "principal of id-storage-hostco-useast",
    }, "the storage accounts of customers' content and of the network's flow logs"
    assert users.pop("platform-2") == {"principal of id-flow-logs-2-hostco-useast"}
    assert users == {
        "audit": {"principal of id-audit-copy-hostco-useast"},
        "backup": {"principal of id-backup-hostco-useast"},
        "database": {"principal of id-database-hostco-useast"},
        "database-2": {"principal of id-database-2-hostco-useast"},
        "database-copy": {"principal of id-database-copy-hostco-useast"},
        "ingestion": {"principal of id-ingestion-hostco-useast"},
        **{
            name: {
                "principal of id-storage-hostco-useast",
                "principal of srch-hostco-useast",
                f"principal of id-{name}-hostco-useast",
            }
            for name in TENANTS
        },
    }
