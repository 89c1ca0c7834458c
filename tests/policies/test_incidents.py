from policies.incidents import Incident, incidents


def test_each_value_of_a_field_is_told_and_each_stand_in() -> None:
    incident = Incident(
        means="m",
        told_by="trail",
        events=[{"user": {"name": "{people}"}}, {"plain": True}],
        each={"detail.name": ["a", "b"]},
    )

    assert list(incident.told({"{people}": ["one", "other"]})) == [
        {"user": {"name": "one"}, "detail": {"name": "a"}},
        {"user": {"name": "other"}, "detail": {"name": "a"}},
        {"user": {"name": "one"}, "detail": {"name": "b"}},
        {"user": {"name": "other"}, "detail": {"name": "b"}},
        {"plain": True, "detail": {"name": "a"}},
        {"plain": True, "detail": {"name": "b"}},
    ]


def test_what_nobody_can_do_is_not_told() -> None:
    incident = Incident(means="m", told_by="trail", events=[{"user": "{people}"}])

    assert list(incident.told({"{people}": []})) == []


def test_a_call_of_the_api_is_told_as_if_a_service_had_made_it_too() -> None:
    call = {"eventType": "AwsApiCall", "userIdentity": {"type": "AssumedRole"}}
    by_service = {**call, "userIdentity": {"type": "AssumedRole", "invokedBy": "cloudformation.amazonaws.com"}}

    assert list(Incident(means="m", told_by="trail", events=[call]).told({})) == [call, by_service]
    assert list(Incident(means="m", told_by="trail", only_directly=True, events=[call]).told({})) == [call]


def test_the_table_tells_of_every_incident_of_the_trail() -> None:
    found = incidents()

    assert {each.told_by for each in found.values()} == {"trail", "vpn", "bus"}
    assert all(list(each.told({"{people}": ["p"], "{emergency}": ["e"]})) for each in found.values())
