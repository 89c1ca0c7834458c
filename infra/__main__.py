"""The program: reads the stack's settings, builds the one service that it hosts, exports what its users need."""

import pulumi
from pulumi.runtime.config import CONFIG

from infra.settings import NAMESPACE, IdentitySettings, SettingsError, StackSettings, parse_stack


def stack_settings() -> StackSettings:
    """The settings of the stack that the engine is running."""
    prefix = NAMESPACE + ":"
    # A program of its own finds its configuration in the environment, an inline program in the SDK's own map.
    configuration = {**pulumi.runtime.get_config_env(), **CONFIG.get()}
    values = {key.removeprefix(prefix): value for key, value in configuration.items() if key.startswith(prefix)}
    return parse_stack(pulumi.get_stack(), values)


def main() -> None:
    """Declares the stack's resources. The engine calls it, as a program of its own or inline."""
    try:
        settings = stack_settings()
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    if isinstance(settings, IdentitySettings):
        from infra.identity import Identity  # noqa: PLC0415 - loads the SDK of the one provider that is used

        pulumi.export("groupIds", Identity(settings).group_ids)
        return
    if settings.service == "aware":
        from infra.aware import Aware  # noqa: PLC0415 - loads the SDK of the one cloud that is used

        service = Aware(settings)
    else:
        from infra.cloud_integrated import CloudIntegrated  # noqa: PLC0415 - as above

        service = CloudIntegrated(settings)
    pulumi.export("portalUrl", service.portal_url)
    pulumi.export("vpnEndpoint", service.vpn_endpoint)
    pulumi.export("tenantKeys", service.tenant_keys)


if __name__ == "__main__":
    main()
