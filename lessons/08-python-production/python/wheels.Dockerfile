FROM python:3.13-trixie
WORKDIR /app
COPY wheels.py popular.txt requirements.txt ./
RUN python wheels.py > wheels-for-musl.txt
CMD ["cat", "wheels-for-musl.txt"]
