FROM python:3.13-trixie AS build
WORKDIR /app
COPY requirements.txt ./
COPY harbour_clock harbour_clock
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --target packages -r requirements.txt

FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app/packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
