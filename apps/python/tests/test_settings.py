import pytest

from harbour_clock.settings import Settings, SettingsError


def test_defaults_and_empty_values_are_the_same() -> None:
    empty = {"PORT": "", "BIND": "", "PEER_URL": "", "TMPDIR": ""}
    assert Settings.from_environment({}) == Settings.from_environment(empty) == Settings()


def test_values_are_taken_over() -> None:
    settings = Settings.from_environment(
        {"PORT": "65535", "BIND": "::1", "PEER_URL": "https://[::1]:9/x", "TMPDIR": "/spool"}
    )
    assert settings == Settings(65535, "::1", "https://[::1]:9/x", "/spool")
    assert settings.listening == "[::1]:65535"


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", " 80", "8_0", "\uff18\uff10", "9" * 5000])
def test_port_out_of_range_or_no_number(value: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"PORT": value})
    assert str(error.value) == f'PORT must be a number from 1 to 65535, got "{value}"'


@pytest.mark.parametrize("value", ["localhost", "1.2.3", "0.0.0.0:80", "[::1]"])
def test_bind_is_an_address(value: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"BIND": value})
    assert str(error.value) == f'BIND must be an IP address, got "{value}"'


@pytest.mark.parametrize(
    "value",
    [
        "http://a/",
        "https://",
        "a",
        "https://[::1/",
        "https://a:x/",
        "https://a:0/",
        "https://a/ b",
        "https://ü/",
    ],
)
def test_peer_url_is_https(value: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"PEER_URL": value})
    assert str(error.value) == f'PEER_URL must be an https URL, got "{value}"'


def test_a_bad_value_cannot_start_a_new_line() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"BIND": "a\nb"})
    assert str(error.value) == r'BIND must be an IP address, got "a\nb"'
