import json

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_STRING_VALUE

from policies.properties import Record, UndeterminedError, UnusableError, camel_case, decode, fits_any, read_json

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def sent(properties):
    """Properties as the engine sends them."""
    struct = Struct()
    struct.update(properties)
    return struct


def record(**properties):
    """Properties as a rule reads them."""
    return Record(decode(sent(properties)))


@pytest.mark.parametrize(
    ("name", "wire"),
    [("enable_key_rotation", "enableKeyRotation"), ("publicIPAddress", "publicIPAddress"), ("aws:X-y", "aws:X-y")],
)
def test_names_are_those_of_the_wire(name, wire):
    assert camel_case(name) == wire


def test_values_are_plain():
    seen = record(number=443.0, share=0.5, some_list=[{"a": [1.0]}])

    assert seen.number == 443
    assert isinstance(seen.number, int)
    assert seen.share == 0.5
    assert (
        json.dumps(decode(sent({"a": [{"b": 1.0, "c": None, "d": True}]})), sort_keys=True)
        == '{"a": [{"b": 1, "c": null, "d": true}]}'
    )


@pytest.mark.parametrize("value", ["x", 1, True, ["x"], {"name": "x"}])
def test_secrets_are_unwrapped(value):
    assert decode(sent({"a": [{"b": SECRET | {"value": value}}]})) == {"a": [{"b": value}]}


def test_another_signature_is_no_secret():
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "path": "x"}

    assert decode(sent({"a": asset})) == {"a": asset}


@pytest.mark.parametrize(("text", "value"), [("false", False), ("False", False), ("true", True), ("falsey", "falsey")])
def test_booleans_may_be_written_as_text(text, value):
    assert record(flag=text).flag == value
    assert type(record(flag=text).flag) is type(value)


def test_lists_compare_by_value():
    seen = record(ports=[443.0], nothing=[])

    assert seen.ports == [443]
    assert seen.ports == (443,)
    assert seen.ports != [22]
    assert 443 in seen.ports
    assert 22 not in seen.ports
    assert not seen.nothing
    assert [*seen.ports[:1]] == [443]


def test_a_part_that_is_not_set_holds_nothing_and_a_hidden_one_is_undetermined():
    assert record().part("properties").part("sku").get("name", "basic") == "basic"
    assert record(sku={"name": "premium"}).part("sku").name == "premium"
    with pytest.raises(UndeterminedError, match="sku is not known"):
        record(sku=UNKNOWN_STRING_VALUE).part("sku")
    with pytest.raises(UnusableError, match=r"properties\.sku is no object"):
        record(properties={"sku": "premium"}).properties.part("sku")


def test_that_a_property_is_set_is_known_before_its_value():
    seen = record(name=UNKNOWN_STRING_VALUE, flag=False, text="", nothing=None, values=[], part={})

    assert seen.has("name")
    assert seen.has("flag")
    assert not any(seen.has(name) for name in ("text", "nothing", "values", "part", "other"))


@pytest.mark.parametrize("order", [1, -1])
def test_what_fits_is_found_on_either_side_of_what_is_not_known(order):
    hidden, known = Record({"name": UNKNOWN_STRING_VALUE}), Record({"name": "a"})

    assert fits_any([hidden, known][::order], lambda each: each.name == "a")
    with pytest.raises(UndeterminedError):
        fits_any([hidden, known][::order], lambda each: each.name == "b")
    assert not fits_any([known], lambda each: each.name == "b")


def test_a_missing_property_is_the_default_that_the_rule_names_or_an_error():
    assert record(a=None).get("a", 7) == 7
    assert record(a=False).get("a", True) is False
    with pytest.raises(UnusableError, match=r"properties\.kty is not set"):
        _ = record(properties={}).properties.kty
    with pytest.raises(UnusableError, match="a or b is not set"):
        record().one_of("a", "b")
    assert record(b=1).one_of("a", "b") == 1


@pytest.mark.parametrize(
    "read",
    [
        lambda seen: seen.whole,
        lambda seen: seen.get("whole", None),
        lambda seen: seen.one_of("missing", "whole"),
        lambda seen: seen.inner.value,
        lambda seen: seen.items[1],
        lambda seen: list(seen.items),
        lambda seen: seen.items == [1, 2],
        lambda seen: 2 in seen.items,
        lambda seen: seen.items[0:2][1],
        lambda seen: list(seen.numbered("items")),
        lambda seen: seen.unknown_list,
        lambda seen: seen.embedded,
        lambda seen: seen.document("whole"),
        lambda seen: seen.document("policy").Statement[0].Resource,
    ],
)
def test_reading_an_unknown_value_never_passes(read):
    seen = record(
        whole=UNKNOWN_STRING_VALUE,
        inner={"value": UNKNOWN_STRING_VALUE},
        items=[1, UNKNOWN_STRING_VALUE],
        unknown_list=UNKNOWN_ARRAY_VALUE,
        embedded=f"arn:aws:s3:::{UNKNOWN_STRING_VALUE}/*",
        policy=json.dumps({"Statement": [{"Effect": "Deny", "Resource": UNKNOWN_STRING_VALUE}]}),
    )
    with pytest.raises(UndeterminedError, match="not known before the update"):
        read(Record({camel_case(name): value for name, value in seen._values.items()}))


def test_a_secret_that_was_redacted_never_passes():
    with pytest.raises(UndeterminedError, match="flag is a secret that can't be decrypted here"):
        record(flag="[secret]").get("flag", False)


def test_what_is_known_beside_an_unknown_value_can_be_read():
    seen = record(items=[UNKNOWN_STRING_VALUE, 2], policy=json.dumps({"a": UNKNOWN_STRING_VALUE, "b": 1}))

    assert 2 in seen.items
    assert len(seen.items) == 2
    assert next(iter(seen.items)) == 2
    assert next(seen.numbered("items")) == (1, 2)
    assert seen.document("policy").b == 1
    assert seen.names() == ["items", "policy"]


@pytest.mark.parametrize("policy", ["no JSON", None])
def test_a_document_that_cannot_be_read_is_an_error(policy):
    with pytest.raises(UnusableError, match="policy is"):
        record(policy=policy).document("policy")


def test_reads_are_recorded_without_indexes():
    seen = record(a=[{"b": {"c": 1}}])
    _ = seen.a[0].b.c
    seen.get("missing", None)

    assert seen._reads == {("a",), ("a", "b"), ("a", "b", "c"), ("missing",)}


def test_a_list_of_documents_is_read_one_by_one():
    assert [each.a for each in record(whole='[{"a": 1}, {"a": 2}]').documents("whole")] == [1, 2]
    with pytest.raises(UndeterminedError):
        _ = record(whole=[{"a": UNKNOWN_STRING_VALUE}]).documents("whole")[0].a


@pytest.mark.parametrize("read", [Record.document, Record.documents])
def test_a_document_of_another_shape_is_an_error(read):
    with pytest.raises(UnusableError):
        read(record(whole="3"), "whole")


def test_texts_are_found_however_deep_and_unknown_ones_come_last():
    seen = Record({"a": [{"b": UNKNOWN_STRING_VALUE}, {"c": "x", "d": 1}], "e": "y"}, "top").texts()

    assert [next(seen), next(seen)] == [("top.a[1].c", "x"), ("top.e", "y")]
    with pytest.raises(UndeterminedError, match=r"top\.a\[0\]\.b is not known"):
        next(seen)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "a": 1}}]', "{"])
def test_json_gives_each_name_once(text):
    assert read_json('[{"a": 1, "A": 2}, {"a": 3}]') == [{"a": 1, "A": 2}, {"a": 3}]
    with pytest.raises(ValueError, match=r"twice|Expecting"):
        read_json(text)


def test_document_gives_each_name_once():
    with pytest.raises(UnusableError, match="policy is no JSON document in which every name stands once"):
        _ = record(policy='{"Statement": [], "Statement": []}').document("policy")
