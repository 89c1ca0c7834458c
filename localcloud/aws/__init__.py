"""AWS on this machine, table-driven over moto."""

from localcloud.aws.backend import AwsBackend

__all__ = ["AwsBackend"]
