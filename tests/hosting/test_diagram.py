"""The picture shows what the state holds: rooms, what is in them, who needs whom."""

import pytest

from hosting.diagram import BEGIN, END, draw, put_into
from hosting.engine import Deployed

ROOT = "urn:pulumi:ci-us::hosting::hosting:ci:Service::service"


def deployed(kind, name, parent="", needs=()):
    return Deployed(f"urn::{kind}::{name}", kind, parent, "id", False, {}, {}, tuple(needs))


SERVICE = deployed("hosting:ci:Service", "service")
KEYS = deployed("hosting:ci:Keys", "auditKeys", SERVICE.urn)
DATA = deployed("hosting:ci:Data", "data", SERVICE.urn)
BUCKET_COMPONENT = deployed("hosting:ci:Bucket", "logs", DATA.urn)
KEY = deployed("aws:kms/key:Key", "logs", KEYS.urn)
BUCKET = deployed("aws:s3/bucket:Bucket", "logs", BUCKET_COMPONENT.urn, [KEY.urn, "urn::gone::x"])
TENANTS = [deployed("hosting:infra:Tenant", name, SERVICE.urn) for name in ("acme", "globex")]
OWNED = [deployed("aws:kms/key:Key", f"{each.name}-key", each.urn, [BUCKET.urn]) for each in TENANTS]
ALL = [SERVICE, KEYS, DATA, BUCKET_COMPONENT, KEY, BUCKET, *TENANTS, *OWNED]


def test_rooms_tenants_and_needs_are_drawn():
    assert draw(ALL).splitlines() == [
        "flowchart LR",
        '  auditKeys["<b>audit keys</b> (1)<br>Key"]',
        '  data["<b>data</b> (1)<br>Bucket"]',
        '  tenant["<b>each of 2 tenants</b> (1)<br>Key"]',
        "  data --> auditKeys",
        "  tenant --> data",
    ]


def test_a_full_room_names_what_it_has_most_of():
    many = [
        deployed(f"aws:a/b:Type{number}", f"{number}-{copy}", KEYS.urn)
        for number in range(6)
        for copy in range(6 - number)
    ]

    assert "<b>audit keys</b> (21)<br>6 Type0, 5 Type1, 4 Type2, 3 Type3, …" in draw([SERVICE, KEYS, *many])


def test_a_page_takes_the_diagram_at_its_place():
    page = f"# Title\n\n{BEGIN}\nold\n{END}\n\nText\n"
    drawn = put_into(page, "flowchart LR\n")

    assert drawn == f"# Title\n\n{BEGIN}\n\n```mermaid\nflowchart LR\n```\n\n{END}\n\nText\n"
    assert put_into(drawn, "flowchart LR\n") == drawn


@pytest.mark.parametrize("page", ["", BEGIN, END])
def test_a_page_without_a_place_is_refused(page):
    with pytest.raises(ValueError, match="the page has no place for a diagram"):
        put_into(page, "")
