# One image for web, worker, beat and migrate; docker-compose.yml says how each is started.

FROM python:3.13-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /opt/portal \
 && /opt/portal/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home portal
COPY --from=packages /opt/portal /opt/portal
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=assurance.settings.production \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/files \
    BIND=0.0.0.0:8000
WORKDIR /srv/portal
COPY . .
# Collecting reaches for no server; these values only let the settings load and stay in no layer.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    EMAIL_URL=smtp://build DEFAULT_FROM_EMAIL=build@build.example \
    python manage.py collectstatic --no-input --verbosity 0 \
 && python -m compileall -q .
# The volume mounted here takes over whose it is.
RUN install -d -o portal -g portal /srv/files
USER portal
EXPOSE 8000
CMD ["gunicorn", "assurance.wsgi"]
