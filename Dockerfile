# LocalStack 4.14.0, the last free image, with Wavetank's plug-ins in its own environment.
FROM localstack/localstack:4.14.0

# Each function runs as a user of its own (emulator/executor/function_users.py). To become a number
# needs no entry here; a handler that asks for its user's name gets AWS's.
RUN for user in $(seq 50000 50999); do \
        echo "sbx_user1051:x:$user:$user::/nonexistent:/usr/sbin/nologin"; \
    done >> /etc/passwd

WORKDIR /opt/wavetank
# What the image lacks, in the versions of uv.lock; LocalStack's own packages stay as they are.
RUN /opt/code/localstack/.venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        awslambdaric==4.2.2 cramjam==2.14.0 freezegun==1.5.5 google-re2==1.1.20251105 hypothesis==6.170.15 jq==1.13.0 typer==0.29.2 hatchling==1.33.0
COPY pyproject.toml README.md LICENSE ./
COPY harness harness
# Editable, so that it finds the project's folders beside it: init/ and lambdas/ are mounted there.
RUN /opt/code/localstack/.venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --no-build-isolation --no-deps --editable . && \
    ln -s /opt/code/localstack/.venv/bin/wavetank /usr/local/bin/wavetank
WORKDIR /opt/code/localstack
