FROM python:3.13-trixie
WORKDIR /app
COPY . .
# The cache mount keeps downloads on the builder; no layer holds them.
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install -r requirements.txt
# Nobody needs these at run time.
RUN rm -rf .env .env.local .git
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
