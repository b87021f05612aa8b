# build
FROM python:3.13-trixie AS build
WORKDIR /app
COPY . .
RUN pip install --require-hashes --target packages -r requirements.txt
RUN python -m compileall -q harbour_clock

# run
FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
