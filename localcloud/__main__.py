"""`python -m localcloud aws|azure|entra --directory DIR [--http-port N]`: serves one simulated cloud until it ends."""

import argparse
import logging
import os
from pathlib import Path

from localcloud.backend import Backend
from localcloud.server import StartError, serve


def _backend(name: str) -> Backend:
    # Imported here, for each takes a second and more to load and a process serves only one.
    if name == "aws":
        from localcloud.aws import AwsBackend  # noqa: PLC0415

        return AwsBackend()
    if name == "azure":
        from localcloud.azure import AzureBackend  # noqa: PLC0415

        return AzureBackend()
    from localcloud.entra import EntraBackend  # noqa: PLC0415

    return EntraBackend()


def main() -> None:
    """Ends after SIGTERM or SIGINT; with status 1 and a sentence when the cloud couldn't be started."""
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="Serves one simulated cloud.")
    parser.add_argument("cloud", choices=("aws", "azure", "entra"))
    parser.add_argument("--directory", type=Path, required=True, help="where the record of the running cloud is kept")
    parser.add_argument("--http-port", type=int, default=0, help="port of the back door; 0 takes a free one")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    for name in list(os.environ):
        if name.startswith(("AWS_", "ARM_", "AZURE_")):
            del os.environ[name]
    try:
        serve(arguments.cloud, _backend(arguments.cloud), arguments.directory, arguments.http_port)
    except StartError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
