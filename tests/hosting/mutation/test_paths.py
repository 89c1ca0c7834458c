"""Places are found, told and changed, also inside the JSON that a property holds."""

import json

import pytest

from hosting.mutation.paths import MISSING, content, edited, found, nodes, pattern_of
from policies.properties import SIGNATURE

POLICY = json.dumps({"Statement": [{"Effect": "Deny", "Action": ["s3:*"]}]})
PROPERTIES = {"bucket": "a", "rules": [{"port": 1}, {"port": 2}], "policy": POLICY}


def test_nodes_go_into_documents():
    at = {node.path: node for node in nodes(PROPERTIES)}

    assert at["rules", 1, "port"].value == 2
    assert not at["rules", 1, "port"].in_document
    assert at["policy", "Statement", 0, "Action", 0].value == "s3:*"
    assert at["policy", "Statement", 0, "Action", 0].in_document
    assert at["policy", "Statement", 0, "Effect"].around == {"Effect": "Deny", "Action": ["s3:*"]}
    assert not at["policy",].in_document


def test_code_is_one_place():
    wrapped = {"code": {SIGNATURE: "a kind", "assets": {"handler.py": {SIGNATURE: "another", "path": "handler.py"}}}}
    assert [node.path for node in nodes(wrapped)] == [("code",)]


def test_pattern_leaves_out_indexes_and_tells_what_an_element_is_for():
    assert pattern_of(("rules", 1, "port"), PROPERTIES) == "rules[].port"
    assert pattern_of(("policy", "Statement", 0, "Action", 0), PROPERTIES) == "policy.Statement[Deny].Action[]"
    rules = {"securityRules": [{"access": "Allow", "direction": "Inbound"}]}
    assert pattern_of(("securityRules", 0), rules) == "securityRules[Allow,Inbound]"


@pytest.mark.parametrize("path", [("bucket", "x"), ("rules", 2), ("rules", "port"), ("policy", "Version")])
def test_what_is_not_there_is_missing(path):
    assert found(PROPERTIES, path) is MISSING


def test_edits_change_a_copy():
    assert edited(PROPERTIES, ("rules", 0, "port"), 9)["rules"] == [{"port": 9}, {"port": 2}]
    assert edited(PROPERTIES, ("rules", 0), MISSING)["rules"] == [{"port": 2}]
    assert "bucket" not in edited(PROPERTIES, ("bucket",), MISSING)
    assert PROPERTIES["rules"] == [{"port": 1}, {"port": 2}]


def test_a_changed_document_stays_a_text():
    changed = edited(PROPERTIES, ("policy", "Statement", 0, "Effect"), "Allow")["policy"]
    assert json.loads(changed) == {"Statement": [{"Effect": "Allow", "Action": ["s3:*"]}]}
    emptied = edited(PROPERTIES, ("policy",), {})["policy"]
    assert emptied == "{}"


@pytest.mark.parametrize("text", ["{no JSON", "text", "", "[1", '"a"'])
def test_other_texts_are_no_documents(text):
    assert content(text) == text
