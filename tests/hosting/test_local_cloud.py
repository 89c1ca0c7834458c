from hosting.local_cloud import CLOUD_OF_SERVICE, PACKAGES, Server, environment_of


def server(port):
    return Server.model_validate({"pid": 1, "instance": "a", "providerPort": port, "httpPort": port + 1})


def test_every_cloud_is_attached_in_the_place_of_its_provider():
    environment = environment_of({"entra": server(30), "azure": server(20), "aws": server(10)})
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "aws:10,azure-native:20,azuread:30"
    assert environment["LOCALCLOUD_AZURE_URL"] == "http://127.0.0.1:21"
    assert environment["LOCALCLOUD_ENTRA_URL"] == "http://127.0.0.1:31"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:11"


def test_a_cloud_that_does_not_run_leaves_nothing():
    assert environment_of({"entra": server(30)}) == {
        "PULUMI_DEBUG_PROVIDERS": "azuread:30",
        "LOCALCLOUD_ENTRA_URL": "http://127.0.0.1:31",
    }


def test_every_service_has_a_cloud():
    assert set(CLOUD_OF_SERVICE.values()) <= PACKAGES.keys()
    assert CLOUD_OF_SERVICE["identity"] == "entra"
