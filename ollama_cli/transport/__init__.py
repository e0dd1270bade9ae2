"""HTTP, and the only room that knows requests and urllib3."""

from ollama_cli.transport.client import Transport, log_requests
from ollama_cli.transport.reply import Reply
from ollama_cli.transport.retries import Retry

__all__ = ["Reply", "Retry", "Transport", "log_requests"]
