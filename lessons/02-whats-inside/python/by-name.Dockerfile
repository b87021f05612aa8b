FROM python:3.13-trixie AS build
WORKDIR /app
COPY . .
RUN pip install --target packages -r requirements.txt

FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
