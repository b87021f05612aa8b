from app import app


def test_cranes():
    assert app.test_client().get("/").json == {"cranes": 4}
