import pytest

from policies.places import LOCAL, UNREADABLE, Places, host_in, hosts_in
from policies.resources import Resource, Stack


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        ("A", "https://Store.blob.core.windows.net:443/path?x", "store.blob.core.windows.net"),
        ("A", "https://store.example.com@stranger.example.com", "stranger.example.com"),
        ("A", "sb://events.servicebus.windows.net/", "events.servicebus.windows.net"),
        ("A", "https://stranger.example.com./", "stranger.example.com"),
        *(("A", "x.blob.core.windows.net/y", "x.blob.core.windows.net"), ("A", "//Example.org/x", "example.org")),
        *(("A", "Endpoint=sb://example.org/", "example.org"), ("A", "jdbc:mysql://example.org/d", "example.org")),
        *(("A", "/path//to", None), ("BROKERS", "a.example.org/x", "a.example.org")),
        ("A", "https://10.0.0.1/", "10.0.0.1"),
        ("A", "https://[::1]:8080/", "::1"),
        *(("A", "https://[::1", UNREADABLE), ("A", "https:///path", UNREADABLE)),
        *(("DATABASE_HOST", "db.example.com:5432", "db.example.com"), ("A", "db.example.com", None)),
        *(("A", "x.database.windows.net", "x.database.windows.net"), ("A_ENDPOINT", "10.0.0.1", "10.0.0.1")),
        *(("DATABASE_HOST", "db", None), ("PACKAGE", "com.example.app", None), ("VERSION", "1.2.3", None)),
        *(("HOST", "any text, e.g. this", None), ("A", "", None)),
    ],
)
def test_hosts_are_read_from_addresses(name, value, host):
    assert host_in(name, value) == host


@pytest.mark.parametrize(
    ("name", "value", "hosts"),
    [
        ("BROKERS", "a.example.org:9093,b.example.org:9093", ["a.example.org", "b.example.org"]),
        ("A", '{"to": "https://example.org/x", "also": ["https://example.org/y", 1]}', ["example.org"]),
        ("A", "Endpoint=sb://example.org/;SharedAccessKeyName=x", ["example.org"]),
        *(("HOST", "any text, e.g. this", []), ("A", "", [])),
    ],
)
def test_every_host_of_a_text_is_found(name, value, hosts):
    assert hosts_in(name, value) == hosts


def test_a_stack_has_the_hosts_of_its_resources():
    store = Resource("azure-native:storage:StorageAccount", "s", "s", {"accountName": "Store"})
    domain = Resource("azure-native:cdn:AFDCustomDomain", "d", "d", {"hostName": "one.example.com"})
    places = Places(Stack([store, domain]))

    assert all(places.has(each) for each in ("store.blob.core.windows.net", "one.example.com", *LOCAL))
    assert not any(
        places.has(each)
        for each in ("stranger.blob.core.windows.net", "app.one.example.com", "one.example.com.example.com", "")
    )
