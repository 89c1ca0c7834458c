"""Gives a secret a new random value, in the four steps in which Secrets Manager asks for it.

Runs in AWS Lambda, whose runtime brings boto3 along and nothing else: this file imports nothing of the project. The
value isn't logged, nor told to anybody but Secrets Manager.
"""

from typing import Any

import boto3

LENGTH = 64
"""Characters of a value: letters and digits, about 380 bits."""


def rotate(event: dict[str, str], _context: object) -> None:
    """One step of a rotation: `Step` for the version `ClientRequestToken` of the secret `SecretId`."""
    client: Any = boto3.client("secretsmanager")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    stages: dict[str, list[str]] = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    match event["Step"]:
        case "createSecret":
            if "AWSPENDING" in stages.get(version, []) and _has_value(client, secret, version):
                return
            value = client.get_random_password(PasswordLength=LENGTH, ExcludePunctuation=True)["RandomPassword"]
            client.put_secret_value(
                SecretId=secret, ClientRequestToken=version, SecretString=value, VersionStages=["AWSPENDING"]
            )
        case "finishSecret":
            current = next((each for each, names in stages.items() if "AWSCURRENT" in names), None)
            if current == version:
                return
            move = {"SecretId": secret, "VersionStage": "AWSCURRENT", "MoveToVersionId": version}
            client.update_secret_version_stage(**move, **({"RemoveFromVersionId": current} if current else {}))
        case "setSecret" | "testSecret":
            # Nobody else keeps the value: the services read it here.
            return
        case step:
            raise ValueError(f"{step!r} is not a step of a rotation")


def _has_value(client: Any, secret: str, version: str) -> bool:
    try:
        client.get_secret_value(SecretId=secret, VersionId=version, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        return False
    return True
