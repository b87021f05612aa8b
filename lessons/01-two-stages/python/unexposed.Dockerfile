FROM python:3.13-trixie AS build

WORKDIR /app

COPY . .

ENV PIP_TARGET=/app
RUN pip install -r requirements.txt

FROM python:3.13-slim-trixie
WORKDIR /app
COPY --from=build /app .

CMD ["python", "-m", "harbour_clock"]
