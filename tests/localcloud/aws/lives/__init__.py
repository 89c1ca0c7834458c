"""How each type of the table lives, by service as the table."""

from tests.localcloud.aws.lives import (
    account,
    audit,
    backup,
    delivery,
    firewall,
    identity,
    messaging,
    network,
    services,
    storage,
    watching,
)

LIVES = {
    **network.LIVES,
    **firewall.LIVES,
    **storage.LIVES,
    **messaging.LIVES,
    **backup.LIVES,
    **identity.LIVES,
    **account.LIVES,
    **services.LIVES,
    **delivery.LIVES,
    **audit.LIVES,
    **watching.LIVES,
}
