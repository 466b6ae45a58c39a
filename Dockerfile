# Anxin in one image: the same install that the README describes, without the development tools.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/anxin \
 && /opt/anxin/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/anxin anxin
COPY --from=build /opt/anxin /opt/anxin
ENV PATH=/opt/anxin/bin:$PATH PYTHONUNBUFFERED=1 ANXIN_DATA_DIR=/var/lib/anxin
USER anxin
WORKDIR /var/lib/anxin
VOLUME /var/lib/anxin
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["anxin"]
CMD ["serve"]
