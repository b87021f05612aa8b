import pytest

from berths.app import app
from berths.quay import Berth


@pytest.fixture
def client():
    return app.test_client()


def test_a_boat_needs_length_and_water_below_it():
    berth = Berth("B1", 12, 2.2, True)
    assert berth.takes(12, 1.9)
    assert not berth.takes(12.5, 1.9)
    assert not berth.takes(9, 2.0)


def test_free_berths_are_long_enough_and_deep_enough(client):
    assert client.get("/berths/free?length=11&draught=1.8").get_json() == {"berths": ["B2", "C1"], "best": "B2"}


def test_a_length_in_words_is_refused(client):
    assert client.get("/berths/free?length=long").status_code == 400


def test_skippers_need_the_token(client, monkeypatch):
    assert client.get("/skippers").status_code == 401
    monkeypatch.setenv("BERTHS_TOKEN", "only-for-this-test")
    assert client.get("/skippers", headers={"Authorization": "Bearer only-for-this-test"}).status_code == 200
