"""The types of resources that the local AWS cloud simulates, and what of them moto lacks.

To add a type: an entry in one of the modules here. A property that the operation of the creation knows by its own name
needs no word; the rest is said by templates (`{property}`), and by a function where a template doesn't do.
"""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.model import Type
from localcloud.aws.table.account import ACCOUNT_SETTINGS
from localcloud.aws.table.alarms import ALARMS
from localcloud.aws.table.audit import AUDIT
from localcloud.aws.table.backup import BACKUP
from localcloud.aws.table.buckets import BUCKETS
from localcloud.aws.table.certificates import CERTIFICATES
from localcloud.aws.table.dns import DNS
from localcloud.aws.table.dynamodb import DYNAMODB
from localcloud.aws.table.ecr import ECR
from localcloud.aws.table.ecs import ECS
from localcloud.aws.table.endpoints import ENDPOINTS
from localcloud.aws.table.events import EVENTS
from localcloud.aws.table.firewall import FIREWALL
from localcloud.aws.table.functions import FUNCTIONS
from localcloud.aws.table.iam import IAM
from localcloud.aws.table.keys import KEYS
from localcloud.aws.table.lb import LB
from localcloud.aws.table.listeners import LISTENERS
from localcloud.aws.table.logs import LOGS
from localcloud.aws.table.messaging import MESSAGING
from localcloud.aws.table.network import NETWORK
from localcloud.aws.table.network_acls import NETWORK_ACLS
from localcloud.aws.table.scaling import SCALING
from localcloud.aws.table.secrets_manager import SECRETS
from localcloud.aws.table.security_groups import SECURITY_GROUPS
from localcloud.aws.table.trail import TRAIL
from localcloud.aws.table.vpn import VPN
from localcloud.aws.table.waf import WAF

TYPES: Final[Mapping[str, Type]] = {
    **ACCOUNT_SETTINGS,
    **ALARMS,
    **AUDIT,
    **BACKUP,
    **BUCKETS,
    **CERTIFICATES,
    **DNS,
    **DYNAMODB,
    **ECR,
    **ECS,
    **ENDPOINTS,
    **FIREWALL,
    **FUNCTIONS,
    **IAM,
    **KEYS,
    **LB,
    **LOGS,
    **MESSAGING,
    **NETWORK,
    **NETWORK_ACLS,
    **SECRETS,
    **SECURITY_GROUPS,
    **TRAIL,
    **LISTENERS,
    **EVENTS,
    **SCALING,
    **VPN,
    **WAF,
}

KEPT_IN_MEMORY: Final[Mapping[str, str]] = {
    **{kind: described.reason for kind, described in TYPES.items() if described.create is None},
    **{
        f"{kind} {name}": "moto has the type but forgets the property"
        for kind, described in TYPES.items()
        for name in described.beside
    },
}
"""All that is not moto's: types, and properties of types, that live in this process's memory beside moto.

The HTTP back door doesn't show them. `localcloud.aws.guards` lists what is refused although moto would allow it.
"""
