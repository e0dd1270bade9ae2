# ollama-cli alone, for a user without rights: `docker build -t ollama-cli .`, then
# `docker run --rm -e OLLAMA_HOST=http://host.docker.internal:11434 ollama-cli health`.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY ollama_cli ollama_cli
COPY docs/man docs/man
RUN python -m venv /opt/ollama-cli && /opt/ollama-cli/bin/pip install --no-cache-dir --quiet '.[fast]'

FROM python:3.13-slim
COPY --from=build /opt/ollama-cli /opt/ollama-cli
# A container forgets: conversations are not saved, unless one is told to, and where.
ENV PATH=/opt/ollama-cli/bin:$PATH OLLAMA_CLI_SAVE=false
USER 65534:65534
WORKDIR /tmp
ENTRYPOINT ["ollama-cli"]
