from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def buoys() -> list[str]:
    return ["red", "green"]
