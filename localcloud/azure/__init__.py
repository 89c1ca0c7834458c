"""Azure on this machine: an ARM simulator that stands in for the Azure Native provider."""

from localcloud.azure.backend import AzureBackend

__all__ = ["AzureBackend"]
