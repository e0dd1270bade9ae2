"""HTTP, and the only room that knows requests and urllib3."""

from ollama_cli.transport.client import Transport, log_requests
from ollama_cli.transport.reply import LARGEST_DOCUMENT, Reply
from ollama_cli.transport.retries import Retry
from ollama_cli.transport.watch import within

__all__ = ["LARGEST_DOCUMENT", "Reply", "Retry", "Transport", "log_requests", "within"]
