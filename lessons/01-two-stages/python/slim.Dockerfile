FROM python:3.13-slim-trixie

WORKDIR /app

COPY . .

RUN pip install -r requirements.txt

EXPOSE 8080

CMD ["python", "-m", "harbour_clock"]
