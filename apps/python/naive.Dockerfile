FROM python:3.13-trixie

WORKDIR /app

COPY . .

RUN pip install -r requirements.txt

EXPOSE 8080

CMD ["python", "-m", "harbour_clock"]
