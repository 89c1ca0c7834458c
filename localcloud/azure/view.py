"""What an object of the simulated cloud looks like: the inputs that made it, and the outputs that Azure gives."""

from collections.abc import Mapping

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity, Kind
from localcloud.azure.computed.common import identity_block
from localcloud.azure.regions import region_of
from localcloud.azure.table import KINDS
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of
from localcloud.paths import cleaned, merged, without


def inputs_of(cloud: Cloud, entity: Entity) -> Properties:
    """The inputs that would make an object again, with inline children as they are now."""
    inputs: Properties = cleaned(entity.inputs)
    for name, token in entity.kind.inline.items():
        if name in inputs:
            order = [str(child["name"]).lower() for child in inputs[name]]
            children = [child for child in cloud.below(entity.identity) if child.kind.token == token]
            children.sort(
                key=lambda child: order.index(child.name.lower()) if child.name.lower() in order else len(order)
            )
            hidden = ids.parameters(KINDS[token].template)
            inputs[name] = [
                {"name": child.name, **{key: item for key, item in child.inputs.items() if key not in hidden}}
                for child in children
            ]
    return inputs


def outputs_of(cloud: Cloud, entity: Entity) -> Properties:
    """The outputs of an object as Azure gives them now."""
    line = entity.kind
    inputs = inputs_of(cloud, entity)
    outputs = merged(
        echo(cloud, line, inputs, entity.identity),
        fixed(line, entity.identity),
        line.certain(entity.identity, inputs),
        line.generated(cloud, entity),
        {
            "etag": f'W/"{uuid_of(entity.identity, str(entity.revision))}"',
            "provisioningState": "Succeeded",
        },
    )
    return declared(line, outputs)


def echo(cloud: Cloud, line: Kind, inputs: Properties, identity: str | None) -> Properties:
    """The body as Azure gives it back: without what is write-only, with ids on inline children."""
    body = inputs
    for path in line.write_only:
        body = without(body, path)
    outputs = dict(body)
    inner = body.get("properties")
    if isinstance(inner, Mapping) and "properties" not in line.schema.outputs:
        outputs.update(inner)
    if isinstance(body.get("identity"), Mapping):
        outputs["identity"] = identity_block(cloud if identity else None, identity, body["identity"])
    if isinstance(body.get("location"), str):
        outputs["location"] = region_of(body)
    for name, token in line.inline.items():
        if identity and name in body:
            segment = KINDS[token].arm_type.rpartition("/")[2]
            outputs[name] = [
                {**child, "id": f"{identity}/{segment}/{child['name']}", "provisioningState": "Succeeded"}
                for child in body[name]
            ]
    return outputs


def fixed(line: Kind, identity: str) -> Properties:
    """The outputs that every object has."""
    return {
        "id": identity,
        "name": ids.name_of(identity),
        "type": ids.type_of(identity),
        "azureApiVersion": line.schema.api_version,
    }


def declared(line: Kind, outputs: Properties) -> Properties:
    """Only the outputs that the SDK knows of the type, and the id."""
    known = line.schema.outputs
    return {key: value for key, value in outputs.items() if key == "id" or key in known}
