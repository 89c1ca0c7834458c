"""AWS Backup."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.backup.models import backup_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties, RejectedError

_VAULT: Final = "aws:backup/vault:Vault"
_VAULT_ARN: Final = "arn:aws:backup:{region}:{account}:backup-vault:{backupVaultName}"

_LIFECYCLE: Final = {
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "deleteAfter": "DeleteAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}

_RULE: Final = {
    "completionWindow": "CompletionWindowMinutes",
    "enableContinuousBackup": "EnableContinuousBackup",
    "recoveryPointTags": "RecoveryPointTags",
    "ruleName": "RuleName",
    "schedule": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startWindow": "StartWindowMinutes",
    "targetVaultName": "TargetBackupVaultName",
}

_RULE_DEFAULTS: Final = {
    "completionWindow": 10080,
    "enableContinuousBackup": False,
    "scheduleExpressionTimezone": "Etc/UTC",
    "startWindow": 480,
}
"""What AWS takes for a part of a rule that isn't given (AWS Backup API, BackupRuleInput)."""


def _renamed(spelled: Mapping[str, str], values: Mapping[str, Any]) -> Properties:
    return {spelled[name]: values[name] for name in spelled if values.get(name) is not None}


def _plan(values: Properties) -> Properties:
    """The plan in the words of AWS."""
    rules: list[Properties] = []
    for rule in values["rules"]:
        shaped = _renamed(_RULE, rule)
        if rule.get("lifecycle"):
            shaped["Lifecycle"] = _renamed(_LIFECYCLE, rule["lifecycle"])
        if rule.get("copyActions"):
            shaped["CopyActions"] = [
                {
                    "DestinationBackupVaultArn": each["destinationVaultArn"],
                    **({"Lifecycle": _renamed(_LIFECYCLE, each["lifecycle"])} if each.get("lifecycle") else {}),
                }
                for each in rule["copyActions"]
            ]
        rules.append(shaped)
    return {"BackupPlanName": values["name"], "Rules": rules}


def _properties(plan: Mapping[str, Any]) -> Properties:
    """The plan in the words of the SDK."""
    rule_names = {spelled: name for name, spelled in _RULE.items()}
    lifecycle_names = {spelled: name for name, spelled in _LIFECYCLE.items()}
    rules: list[Properties] = []
    for held in plan["Rules"]:
        rule = _renamed(rule_names, held)
        if held.get("Lifecycle"):
            rule["lifecycle"] = _renamed(lifecycle_names, held["Lifecycle"])
        if held.get("CopyActions"):
            rule["copyActions"] = [
                {
                    "destinationVaultArn": each["DestinationBackupVaultArn"],
                    **({"lifecycle": _renamed(lifecycle_names, held)} if (held := each.get("Lifecycle")) else {}),
                }
                for each in held["CopyActions"]
            ]
        rules.append(rule)
    return {"name": plan["BackupPlanName"], "rules": rules}


def _with_defaults(rules: list[Properties]) -> list[Properties]:
    """Rules with what AWS fills in."""
    return [_RULE_DEFAULTS | rule for rule in rules]


def _kept(values: Properties) -> Iterator[tuple[str | None, str, int | None]]:
    """What a plan keeps where: region (None for the plan's own) and name of the vault, and how many days."""
    for rule in values["rules"]:
        yield None, rule["targetVaultName"], rule.get("lifecycle", {}).get("deleteAfter")
        for each in rule.get("copyActions") or []:
            arn = each["destinationVaultArn"].split(":")
            yield arn[3], arn[-1], each.get("lifecycle", {}).get("deleteAfter")


def _refuse_hopeless(session: Session, values: Properties) -> None:
    """Refuses a plan whose every backup or copy would fail: its vault isn't there, or is locked for other terms."""
    for region, name, days in _kept(values):
        vault = backup_backends[ACCOUNT][region or session.region].vaults.get(name)
        if vault is None:
            where = f" in {region}" if region else ""
            raise RejectedError(
                f"The plan {values['name']} names the vault {name}{where}, which isn't there ({_VAULT})."
            )
        shortest, longest = vault.min_retention_days or 1, vault.max_retention_days
        if vault.locked and (days is None or days < shortest or (longest is not None and days > longest)):
            kept = "for ever" if days is None else f"{days} days"
            raise RejectedError(
                f"The plan {values['name']} keeps {kept} what is in the vault {name}, whose lock takes from "
                f"{shortest} to {longest or 'any number of'} days: every backup into it would fail."
            )


def _create_plan(session: Session, values: Properties) -> dict[str, Any]:
    _refuse_hopeless(session, values)
    tags = {"BackupPlanTags": values["tags"]} if values.get("tags") else {}
    return session.call("create_backup_plan", {"BackupPlan": _plan(values), **tags})


def _change_plan(session: Session, values: Properties) -> None:
    _refuse_hopeless(session, values)
    backup_backends[ACCOUNT][session.region].plans[values["id"]].backup_plan = _plan(values)


def _read_plan(session: Session, values: Properties) -> Properties | None:
    answer = session.call("get_backup_plan", {"BackupPlanId": values["id"]})
    return _properties(answer["BackupPlan"]) | {"arn": answer["BackupPlanArn"], "version": answer["VersionId"]}


def _delete_plan(session: Session, values: Properties) -> None:
    if any(
        held["planId"] == values["id"]
        for held in session.cloud.memory.get("aws:backup/selection:Selection", {}).values()
    ):
        raise RefusedError(
            "DeleteBackupPlan", "InvalidRequestException", "related backup plan selections must go first"
        )
    # moto keeps a deleted plan, and its name with it.
    backup_backends[ACCOUNT][session.region].plans.pop(values["id"], None)


def _lock_problem(inputs: Properties) -> str | None:
    shortest, longest = inputs.get("minRetentionDays"), inputs.get("maxRetentionDays")
    if isinstance(inputs.get("changeableForDays"), int) and inputs["changeableForDays"] < 3:
        return "changeableForDays must be 3 or more"
    if isinstance(shortest, int) and isinstance(longest, int) and shortest > longest:
        return f"minRetentionDays, {shortest}, is more than maxRetentionDays, {longest}"
    return None


def _read_lock(session: Session, values: Properties) -> Properties | None:
    vault = backup_backends[ACCOUNT][session.region].vaults.get(values["id"])
    if vault is None or not vault.locked:
        return None
    return {
        "backupVaultName": vault.backup_vault_name,
        "backupVaultArn": vault.backup_vault_arn,
        "maxRetentionDays": vault.max_retention_days,
        "minRetentionDays": vault.min_retention_days,
    }


def _testing_problem(inputs: Properties) -> str | None:
    selection = inputs["recoveryPointSelection"]
    days = selection.get("selectionWindowDays") if isinstance(selection, dict) else None
    if isinstance(days, int) and not 1 <= days <= 365:
        return "recoveryPointSelection.selectionWindowDays must be between 1 and 365"
    return None


def _selection_id(values: Properties) -> str | None:
    parts = [values.get(name) for name in ("name", "restoreTestingPlanName")]
    return None if UNKNOWN in parts or None in parts else ":".join(str(part) for part in parts)


BACKUP: Final[Mapping[str, Type]] = {
    _VAULT: Type(
        service="backup",
        identity="{name}",
        create=call(
            "create_backup_vault", BackupVaultName="{name}", EncryptionKeyArn="{kmsKeyArn}", BackupVaultTags="{tags}"
        ),
        reads=(
            read(
                "describe_backup_vault",
                "{name: BackupVaultName, arn: BackupVaultArn, kmsKeyArn: EncryptionKeyArn, "
                "recoveryPoints: NumberOfRecoveryPoints}",
                BackupVaultName="{id}",
            ),
        ),
        delete=(call("delete_backup_vault", BackupVaultName="{id}"),),
        tags=Tags(
            add=call("tag_resource", ResourceArn="{arn}", Tags="{tags}"),
            remove=call("untag_resource", ResourceArn="{arn}", TagKeyList="{removedTags}"),
            read=read("list_tags", "{tags: Tags}", ResourceArn="{arn}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:backup:{region}:{account}:backup-vault:{name}"},
        defaults={"forceDestroy": False},
        computed=("kmsKeyArn",),
        replaces=("kmsKeyArn", "name"),
        references={"kmsKeyArn": "aws:kms/key:Key"},
        write_only=("forceDestroy",),
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Type(
        service="backup",
        identity="{backupVaultName}",
        create=call(
            "put_backup_vault_lock_configuration",
            BackupVaultName="{backupVaultName}",
            ChangeableForDays="{changeableForDays}",
            MaxRetentionDays="{maxRetentionDays}",
            MinRetentionDays="{minRetentionDays}",
        ),
        create_again=True,
        reads=(_read_lock,),
        delete=(call("delete_backup_vault_lock_configuration", BackupVaultName="{id}"),),
        outputs={"backupVaultArn": _VAULT_ARN},
        replaces=("backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays"),
        write_only=("changeableForDays",),
        check=_lock_problem,
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Type(
        service="backup",
        identity="{backupVaultName}",
        create_again=True,
        outputs={"backupVaultArn": _VAULT_ARN},
        replaces=("backupVaultName",),
        references={"backupVaultName": _VAULT},
    ),
    "aws:backup/vaultNotifications:VaultNotifications": Type(
        service="backup",
        identity="{backupVaultName}",
        create_again=True,
        outputs={"backupVaultArn": _VAULT_ARN},
        replaces=("backupVaultEvents", "backupVaultName", "snsTopicArn"),
        references={"backupVaultName": _VAULT, "snsTopicArn": "aws:sns/topic:Topic"},
    ),
    "aws:backup/plan:Plan": Type(
        service="backup",
        identity="BackupPlanId",
        create=_create_plan,
        takes=("name", "rules"),
        reads=(_read_plan,),
        settings=(Setting(_change_plan, properties=("rules",)),),
        delete=(_delete_plan,),
        tags=Tags(
            add=call("tag_resource", ResourceArn="{arn}", Tags="{tags}"),
            remove=call("untag_resource", ResourceArn="{arn}", TagKeyList="{removedTags}"),
            read=read("list_tags", "{tags: Tags}", ResourceArn="{arn}"),
        ),
        name="name",
        listing=read("list_backup_plans", "BackupPlansList[].BackupPlanId"),
        replaces=("name",),
        beside=("advancedBackupSettings",),
        normal={"rules": _with_defaults},
    ),
    "aws:backup/selection:Selection": Type(
        service="backup",
        identity="{random}",
        name="name",
        key=("name", "planId"),
        computed=("conditions", "notResources"),
        replaces=("conditions", "iamRoleArn", "name", "notResources", "planId", "resources", "selectionTags"),
        references={"planId": "aws:backup/plan:Plan"},
    ),
    "aws:backup/regionSettings:RegionSettings": Type(
        service="backup",
        identity="{region}",
        create_again=True,
        computed=("resourceTypeManagementPreference",),
    ),
    "aws:backup/globalSettings:GlobalSettings": Type(service="backup", identity="{account}", create_again=True),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Type(
        service="backup",
        identity="{name}",
        name="name",
        outputs={"arn": "arn:aws:backup:{region}:{account}:restore-testing-plan:{name}"},
        computed=("scheduleExpressionTimezone", "startWindowHours"),
        replaces=("name",),
        check=_testing_problem,
    ),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Type(
        service="backup",
        identity=_selection_id,
        name="name",
        computed=("protectedResourceConditions", "restoreMetadataOverrides", "validationWindowHours"),
        replaces=("name", "protectedResourceType", "restoreTestingPlanName"),
        references={"restoreTestingPlanName": "aws:backup/restoreTestingPlan:RestoreTestingPlan"},
    ),
    "aws:backup/framework:Framework": Type(
        service="backup",
        identity="{name}",
        name="name",
        outputs={
            "arn": "arn:aws:backup:{region}:{account}:framework:{name}",
            "deploymentStatus": "COMPLETED",
            "status": "ACTIVE",
        },
        replaces=("name",),
    ),
    "aws:backup/reportPlan:ReportPlan": Type(
        service="backup",
        identity="{name}",
        name="name",
        reason="moto can't change a report plan",
        outputs={
            "arn": "arn:aws:backup:{region}:{account}:report-plan:{name}",
            "deploymentStatus": "COMPLETED",
        },
        replaces=("name",),
    ),
}
