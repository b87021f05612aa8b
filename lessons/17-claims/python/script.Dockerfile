# ---- one stage
FROM python:3.13-slim-trixie AS one
WORKDIR /app
COPY tide.py .
EXPOSE 8080
CMD ["python", "tide.py"]

# ---- two stages: the first one has nothing to do
FROM python:3.13-trixie AS build
WORKDIR /app
COPY tide.py .

FROM python:3.13-slim-trixie AS two
WORKDIR /app
COPY --from=build /app/tide.py .
EXPOSE 8080
CMD ["python", "tide.py"]
