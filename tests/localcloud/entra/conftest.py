"""A tenant of Entra to try things on, and inputs that each type of the table accepts."""

import pytest

from localcloud.entra import EntraBackend

TENANT = "00000000-0000-4000-8000-000000000002"
USER = "00000000-0000-4000-8000-000000000031"
VPN = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"


class World:
    """A backend configured for one tenant."""

    tenant, user, vpn = TENANT, USER, VPN

    def __init__(self):
        self.backend = EntraBackend()
        self.backend.configure({"tenantId": TENANT})

    def token(self, name):
        return f"azuread:index/{name[0].lower()}{name[1:]}:{name}"

    def inputs(self, name, **more):
        """Inputs of a type that are accepted; what they name is made first."""
        make = {
            "Group": lambda: {"displayName": "example", "securityEnabled": True},
            "GroupMember": lambda: {"groupObjectId": self.guid("Group"), "memberObjectId": USER},
            "GroupRoleManagementPolicy": lambda: {"groupId": self.guid("Group"), "roleId": "member"},
            "PrivilegedAccessGroupEligibilitySchedule": lambda: {
                "groupId": self.guid("Group"),
                "principalId": USER,
                "assignmentType": "member",
                "duration": "P30D",
            },
            "AdministrativeUnit": lambda: {"displayName": "example"},
            "Application": lambda: {"displayName": "example"},
            "ServicePrincipal": lambda: {"clientId": VPN, "useExisting": True},
            "NamedLocation": lambda: {"displayName": "example", "ip": {"ipRanges": ["198.51.100.0/24"]}},
            "AuthenticationStrengthPolicy": lambda: {"displayName": "example", "allowedCombinations": ["fido2"]},
            "ConditionalAccessPolicy": lambda: {
                "displayName": "example",
                "state": "enabled",
                "conditions": {
                    "clientAppTypes": ["all"],
                    "applications": {"includedApplications": [VPN]},
                    "users": {"includedUsers": ["All"]},
                },
                "grantControls": {"operator": "AND", "builtInControls": ["compliantDevice"]},
            },
            "AccessPackageCatalog": lambda: {"displayName": "example", "description": "example"},
            "AccessPackage": lambda: {
                "displayName": "example",
                "description": "example",
                "catalogId": self.one("AccessPackageCatalog"),
            },
            "AccessPackageResourceCatalogAssociation": lambda: {
                "catalogId": self.one("AccessPackageCatalog"),
                "resourceOriginId": self.guid("Group"),
                "resourceOriginSystem": "AadGroup",
            },
            "AccessPackageResourcePackageAssociation": lambda: {
                "accessPackageId": self.one("AccessPackage"),
                "catalogResourceAssociationId": self.one("AccessPackageResourceCatalogAssociation"),
            },
            "AccessPackageAssignmentPolicy": lambda: {
                "displayName": "example",
                "description": "example",
                "accessPackageId": self.one("AccessPackage"),
            },
        }
        return {**make[name](), **more}

    def one(self, name):
        """The id of an object of a type, made unless there is one."""
        found = [item.identity for item in self.backend._directory.of_type(self.token(name))]
        return found[0] if found else self.put(name)

    def guid(self, name):
        return self.outputs(self.one(name))["objectId"]

    def check(self, name, **more):
        """What is wrong with the accepted inputs and these more, as `path: reason`."""
        failures = self.backend.check(self.token(name), self.inputs(name, **more))[1]
        return [f"{failure.property}: {failure.reason}" for failure in failures]

    def put(self, name, **more):
        """Makes an object of a type; gives its id."""
        checked, failures = self.backend.check(self.token(name), self.inputs(name, **more))
        assert failures == []
        return self.backend.create(self.token(name), "urn", checked)[0]

    def outputs(self, identity):
        return self.backend.body(identity)


@pytest.fixture
def world():
    return World()
