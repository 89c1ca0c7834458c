"""What Microsoft Sentinel looks for in the logs, each with the question that it asks of them.

The queries name tables and columns as Azure documents them ("Azure Monitor Logs reference"); a test reads each with
Microsoft's own parser against a list of those columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from infra.aware.vpn import CLIENT_APPLICATION_ID

GUARDS: Final = (
    "Microsoft.Authorization/locks/delete",
    "Microsoft.Authorization/policyAssignments/delete",
    "Microsoft.Authorization/policyAssignments/write",
    "Microsoft.Authorization/policyDefinitions/delete",
    "Microsoft.Authorization/policyDefinitions/write",
    "Microsoft.Authorization/policyExemptions/write",
    "Microsoft.Authorization/policySetDefinitions/delete",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions/delete",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions/write",
    "Microsoft.Insights/actionGroups/delete",
    "Microsoft.Insights/actionGroups/write",
    "Microsoft.Insights/activityLogAlerts/delete",
    "Microsoft.Insights/activityLogAlerts/write",
    "Microsoft.Insights/diagnosticSettings/delete",
    "Microsoft.Insights/diagnosticSettings/write",
    "Microsoft.Insights/scheduledQueryRules/delete",
    "Microsoft.Insights/scheduledQueryRules/write",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.Network/networkWatchers/flowLogs/delete",
    "Microsoft.Network/networkWatchers/flowLogs/write",
    "Microsoft.OperationalInsights/workspaces/dataExports/delete",
    "Microsoft.OperationalInsights/workspaces/dataExports/write",
    "Microsoft.OperationalInsights/workspaces/delete",
    "Microsoft.OperationalInsights/workspaces/tables/write",
    "Microsoft.OperationalInsights/workspaces/write",
    "Microsoft.Security/pricings/write",
    "Microsoft.SecurityInsights/alertRules/delete",
    "Microsoft.SecurityInsights/alertRules/write",
    "Microsoft.SecurityInsights/automationRules/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete",
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/write",
    "Microsoft.Storage/storageAccounts/write",
)
"""Operations of Azure Resource Manager that take away what guards the stack, or what would tell of it. Where one
writes, it can switch a rule off or lead it elsewhere; the log doesn't say which. An account's own immutability is a
part of the account."""

LETS_IN: Final = (
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.DBforPostgreSQL/flexibleServers/administrators/write",
    "Microsoft.DBforPostgreSQL/flexibleServers/write",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
)
"""Operations of Azure Resource Manager after which somebody, or a workload, may do more than before."""

ENTRA_LETS_IN: Final = ("Add member to group", "Add owner to group")
"""The same in Entra ID, of the groups that are empty but for privileged identity management. An elevation to all of
Azure is in Entra's log alone, for it belongs to no subscription (Azure documentation, "Elevate access to manage all
Azure subscriptions"); what is granted beside an activation is told by the name of what PIM did."""

REPLICA_DELAY: Final = "physical_replication_delay_in_seconds"
"""What a replica of PostgreSQL reports each minute (Azure documentation, "Read replicas in Azure Database for
PostgreSQL", monitoring)."""

CONTENT_TABLES: Final = ("ContainerAppConsoleLogs", "PGSQLQueryStoreQueryText", "PGSQLServerLogs")
"""Tables that hold nothing but what may be a customer's words: what services print, the database's statements."""

ENTRA_GUARDS: Final = ("Delete conditional access policy", "Update conditional access policy")
"""The same in Entra ID (Entra documentation, "Microsoft Entra audit log categories and activities")."""

CHANGES_KEYS: Final = (
    "KeyBackup",
    "KeyCreate",
    "KeyDelete",
    "KeyImport",
    "KeyPurge",
    "KeyRecover",
    "KeyRestore",
    "KeyRotate",
    "KeyRotationPolicySet",
    "KeyUpdate",
)
"""What is done to a key beside its use, by a caller (Azure documentation, "Azure Key Vault logging"). A rotation by the
key's own policy is another operation, `KeyRotateIfDue`."""

CALLER: Final = """coalesce(tostring(Identity.claim.oid),
        tostring(Identity.claim["http://schemas.microsoft.com/identity/claims/objectidentifier"]))"""
"""Who asked a vault, by the object id: the vault's log has the claim under either name."""

Severity = Literal["High", "Medium"]


@dataclass(frozen=True)
class Detection:
    """A question that Sentinel asks of the logs again and again; each answer is an incident."""

    name: str
    title: str
    why: str
    severity: Severity
    tactics: Sequence[str]
    """Of MITRE ATT&CK, by Sentinel's names."""
    query: str
    entities: Mapping[str, tuple[str, str]]
    """Kind of entity -> its identifier and the query's column that holds it."""


def detections(
    *,
    break_glass_user_ids: Sequence[str],
    empty_group_ids: Sequence[str],
    deciding_group_ids: Sequence[str],
    deployer_id: str,
    signer_ids: Sequence[str],
    signing_vault: str,
    content_workspace: str,
    replicated: bool,
) -> tuple[Detection, ...]:
    """Everything that Sentinel looks for.

    `break_glass_user_ids` are the accounts for emergencies, `empty_group_ids` the groups into which privileged identity
    management lets somebody for hours, `deciding_group_ids` those who approve and the accounts for emergencies as
    groups, and `deployer_id` the object id of the identity that deploys. `signer_ids` are the ids of the identities
    of the token services, `signing_vault` the name of the vault with their key, and `content_workspace` that of the
    workspace for customers' words. `replicated` says whether the database has a replica, whose silence is told of.
    """
    silence = Detection(
        name="replica-silent",
        title="The database's replica doesn't say how far behind it is",
        why="A replica that is broken, or gone, reports nothing, which no threshold notices.",
        severity="High",
        tactics=("Impact",),
        query=f"""
AzureMetrics
| summarize Heard = countif(MetricName =~ "{REPLICA_DELAY}")
| where Heard == 0
""",
        entities={},
    )
    return (
        *([silence] if replicated else []),
        Detection(
            name="failed-vpn-sign-ins",
            title="Failed sign-ins to the VPN",
            # The gateway logs nobody's attempts over OpenVPN by their source: Entra's logs are the evidence.
            why="Somebody tries to get into the network, with a guessed or stolen identity or from an unknown device.",
            severity="High",
            tactics=("InitialAccess", "CredentialAccess"),
            query=f"""
union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs
| where AppId == "{CLIENT_APPLICATION_ID}"
| where ResultType !in ("0", "50125", "50140")
| summarize Attempts = count(), Results = make_set(ResultType, 10) by UserPrincipalName, IPAddress
| where Attempts >= 3
""",
            entities={"Account": ("FullName", "UserPrincipalName"), "IP": ("Address", "IPAddress")},
        ),
        Detection(
            name="failed-sign-ins",
            title="Failed sign-ins to Entra ID",
            why="Many failures of one person, or of many people from one address, are a password being tried out.",
            severity="Medium",
            tactics=("CredentialAccess",),
            query="""
let failed = union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs
| where ResultType !in ("0", "50125", "50140");
let guessed = failed
| summarize Attempts = count(), Applications = make_set(AppDisplayName, 10) by UserPrincipalName, IPAddress
| where Attempts >= 10;
let sprayed = failed
| summarize Attempts = count(), People = dcount(UserPrincipalName), Applications = make_set(AppDisplayName, 10)
    by IPAddress
| where People >= 5
| extend UserPrincipalName = "";
union guessed, sprayed
""",
            entities={"Account": ("FullName", "UserPrincipalName"), "IP": ("Address", "IPAddress")},
        ),
        Detection(
            name="break-glass-use",
            title="An account for emergencies is in use",
            why="Conditional Access leaves these accounts out; their use is an emergency or an attack, nothing else.",
            severity="High",
            tactics=("PrivilegeEscalation", "InitialAccess"),
            query=f"""
let accounts = dynamic([{_quoted(break_glass_user_ids)}]);
let used = union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs
| where UserId in (accounts)
| project TimeGenerated, UserPrincipalName, IPAddress, What = strcat("Sign-in to ", AppDisplayName, ": ", ResultType);
let changed = AuditLogs
| where InitiatedBy has_any (accounts) or TargetResources has_any (accounts)
| project TimeGenerated, UserPrincipalName = tostring(InitiatedBy.user.userPrincipalName),
    IPAddress = tostring(InitiatedBy.user.ipAddress), What = OperationName;
union used, changed
""",
            entities={"Account": ("FullName", "UserPrincipalName"), "IP": ("Address", "IPAddress")},
        ),
        Detection(
            name="key-disabled-or-deleted",
            title="A key was disabled or deleted",
            why="Without its key a customer's data can't be read. Only the customer's own wish or ours ends a key.",
            severity="High",
            tactics=("Impact",),
            query=f"""
AZKVAuditLogs
| where OperationName in ("KeyDelete", "KeyPurge", "VaultDelete", "VaultPurge")
    or (OperationName == "KeyUpdate" and tostring(KeyProperties.attributes.enabled) !~ "true")
| project TimeGenerated, OperationName, Key = Id, _ResourceId, CallerIpAddress, ResultSignature,
    Caller = {CALLER}
""",
            entities={
                "Account": ("AadUserId", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="stranger-signs",
            title="Somebody else than the token service signs, or tries to",
            why="Whoever signs as the token service can become any customer's identity, and read and change all data.",
            severity="High",
            tactics=("CredentialAccess", "PrivilegeEscalation"),
            query=f"""
AZKVAuditLogs
| where OperationName == "KeySign"
| where tostring(Identity.claim.xms_mirid) !in~ ({_quoted(signer_ids)})
| project TimeGenerated, OperationName, Key = Id, _ResourceId, CallerIpAddress, ResultSignature,
    Caller = {CALLER}
""",
            entities={
                "Account": ("AadUserId", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="signing-key-changed",
            title="The key of the token service was changed",
            why="It rotates by itself. Whoever touches it otherwise is in an approved case or after others' data.",
            severity="High",
            tactics=("CredentialAccess", "Persistence"),
            query=f"""
AZKVAuditLogs
| where _ResourceId endswith "/vaults/{signing_vault}"
| where OperationName in ({_quoted(CHANGES_KEYS)})
| project TimeGenerated, OperationName, Key = Id, _ResourceId, CallerIpAddress, ResultSignature,
    Caller = {CALLER}
""",
            entities={
                "Account": ("AadUserId", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="person-reads-tenant-data",
            title="A person reads a customer's data",
            why="People have no business with customers' data or keys but in an approved case: no such case is unseen.",
            severity="High",
            tactics=("Collection", "Exfiltration"),
            query=f"""
let groups = dynamic([{_quoted(empty_group_ids)}]);
let blobs = StorageBlobLogs
| where Category == "StorageRead" and ObjectKey contains "/tenant-"
| where isnotempty(RequesterUpn) or AuthenticationType !~ "OAuth"
| project TimeGenerated, Person = RequesterUpn, Address = tostring(split(CallerIpAddress, ":")[0]), _ResourceId,
    What = strcat(OperationName, " ", ObjectKey, " by ", AuthenticationType);
let keys = AZKVAuditLogs
| where OperationName in ("KeyUnwrap", "KeyDecrypt")
| extend Person = tostring(Identity.claim["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"])
| where isnotempty(Person)
| project TimeGenerated, Person, Address = CallerIpAddress, _ResourceId, What = strcat(OperationName, " ", Id);
let activated = AuditLogs
| where LoggedByService == "PIM" and OperationName contains "completed (PIM activation)"
| where TargetResources has_any (groups)
| project TimeGenerated, Person = tostring(InitiatedBy.user.userPrincipalName),
    Address = tostring(InitiatedBy.user.ipAddress), _ResourceId = "", What = OperationName;
union blobs, keys, activated
""",
            entities={
                "Account": ("FullName", "Person"),
                "IP": ("Address", "Address"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="person-reads-logs",
            title="A person reads logs that may hold a customer's words",
            why="These logs are for approved cases, as customers' data are: no look at them is unseen.",
            severity="Medium",
            tactics=("Collection",),
            query=f"""
LAQueryLogs
| where isnotempty(AADEmail)
| where _ResourceId endswith "/workspaces/{content_workspace}"
    // Asked from another workspace.
    or QueryText has "{content_workspace}"
    or QueryText has_any ({_quoted(CONTENT_TABLES)})
| project TimeGenerated, Person = AADEmail, PersonId = AADObjectId, Client = RequestClientApp, QueryText
""",
            entities={"Account": ("FullName", "Person")},
        ),
        Detection(
            name="let-in",
            title="Somebody was given a role, or put into a group",
            why="An approved case gives access, and a deployment, which is another incident: look for the case.",
            severity="High",
            tactics=("PrivilegeEscalation", "Persistence"),
            query=f"""
let groups = dynamic([{_quoted(empty_group_ids)}]);
let watched = dynamic([{_quoted((*empty_group_ids, *deciding_group_ids))}]);
let azure = AzureActivity
| where OperationNameValue in~ ({_quoted(LETS_IN)})
| where ActivityStatusValue in~ ("Success", "Succeeded")
| where not({_by(deployer_id)})
| project TimeGenerated, Caller, CallerIpAddress, _ResourceId, What = OperationNameValue;
let entra = AuditLogs
| where OperationName startswith "User has elevated their access"
    or (TargetResources has_any (watched) and OperationName in~ ({_quoted(ENTRA_LETS_IN)}))
    or (TargetResources has_any (groups) and LoggedByService == "PIM"
        and OperationName has_any ("role setting", "permanent", "timebound", "time-bound"))
| project TimeGenerated, Caller = coalesce(tostring(InitiatedBy.user.userPrincipalName),
    tostring(InitiatedBy.app.displayName)), CallerIpAddress = tostring(InitiatedBy.user.ipAddress), _ResourceId = "",
    What = OperationName;
union azure, entra
""",
            entities={
                "Account": ("FullName", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="guard-removed",
            title="A policy, a lock, an alarm or the logging was removed or changed",
            why="Whoever means harm first takes away what would stop it or tell of it.",
            severity="High",
            tactics=("DefenseEvasion",),
            query=f"""
let azure = AzureActivity
| where OperationNameValue in~ ({_quoted(GUARDS)})
| where ActivityStatusValue in~ ("Success", "Succeeded")
| where not({_by(deployer_id)})
| project TimeGenerated, Caller, CallerIpAddress, _ResourceId, What = OperationNameValue;
let entra = AuditLogs
| where OperationName in~ ({_quoted(ENTRA_GUARDS)})
| project TimeGenerated, Caller = coalesce(tostring(InitiatedBy.user.userPrincipalName),
    tostring(InitiatedBy.app.displayName)), CallerIpAddress = tostring(InitiatedBy.user.ipAddress), _ResourceId = "",
    What = OperationName;
union azure, entra
""",
            entities={
                "Account": ("FullName", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "_ResourceId"),
            },
        ),
        Detection(
            name="deployment-changed-guards",
            title="A deployment gave a role, or changed an alarm, a lock or the logging",
            why="The pipeline's identity can do both: whoever takes this up compares it with what was released.",
            severity="Medium",
            tactics=("PrivilegeEscalation", "DefenseEvasion"),
            query=f"""
AzureActivity
| where OperationNameValue in~ ({_quoted((*LETS_IN, *GUARDS))})
| where ActivityStatusValue in~ ("Success", "Succeeded")
| where {_by(deployer_id)}
| summarize TimeGenerated = max(TimeGenerated), Written = count(), What = make_set(OperationNameValue, 50)
    by Caller, CallerIpAddress
""",
            entities={"Account": ("AadUserId", "Caller"), "IP": ("Address", "CallerIpAddress")},
        ),
        Detection(
            name="private-link-not-approved",
            title="A private link connection is not approved",
            why="A connection that waits, or was rejected or removed, is a stranger at the door or a service cut off.",
            severity="Medium",
            tactics=("InitialAccess", "Impact"),
            query="""
let operations = AzureActivity
| where OperationNameValue contains "/privateEndpointConnection"
| where ActivityStatusValue in~ ("Success", "Succeeded")
| extend Target = tostring(split(tolower(_ResourceId), "/privateendpointconnection")[0]);
let approved = operations
| where OperationNameValue endswith "/privateEndpointConnectionsApproval/action";
let waiting = operations
| where OperationNameValue endswith "/privateEndpointConnectionProxies/write"
| join kind=leftanti approved on Target;
let ended = operations
| where OperationNameValue endswith "/privateEndpointConnections/delete"
    or (OperationNameValue endswith "/privateEndpointConnections/write" and tostring(Properties_d) has "Rejected");
union waiting, ended
| project TimeGenerated, Caller, CallerIpAddress, Target, What = OperationNameValue
""",
            entities={
                "Account": ("FullName", "Caller"),
                "IP": ("Address", "CallerIpAddress"),
                "AzureResource": ("ResourceId", "Target"),
            },
        ),
        Detection(
            name="replication-failed",
            title="A copy of the data falls behind",
            why="A copy or backup that isn't there is found out on the day on which it is needed.",
            severity="High",
            tactics=("Impact",),
            # How far the copies of storage accounts are is told by no metric and no log: the runbook asks for it.
            query=f"""
let replica = AzureMetrics
| where MetricName =~ "{REPLICA_DELAY}"
| summarize Seconds = min(Maximum) by _ResourceId
| where Seconds > 900
| project _ResourceId, What = strcat("The database's replica is ", tostring(Seconds), " s behind");
let backups = AddonAzureBackupJobs
| where JobStatus =~ "Failed"
| project _ResourceId, What = strcat(JobOperation, " failed: ", JobFailureCode);
union replica, backups
""",
            entities={"AzureResource": ("ResourceId", "_ResourceId")},
        ),
        Detection(
            name="audit-copy-stands-still",
            title="Nothing is written to the copy of the audit",
            why="What is not copied can still be erased, and export gives up what it couldn't write within 12 hours.",
            severity="High",
            tactics=("DefenseEvasion",),
            query="""
StorageBlobLogs
| summarize Written = countif(Category == "StorageWrite" and ObjectKey contains "/am-")
| where Written == 0
""",
            entities={},
        ),
    )


def _by(object_id: str) -> str:
    """Whether an operation of Azure Resource Manager was asked for by an identity that is no person."""
    claim = 'tostring(Claims_d["http://schemas.microsoft.com/identity/claims/objectidentifier"])'
    return f'Caller =~ "{object_id}" or {claim} =~ "{object_id}"'


def _quoted(values: Sequence[str]) -> str:
    """The values as a list in the query language."""
    return ", ".join(f'"{value}"' for value in values)
