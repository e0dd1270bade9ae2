"""HTTP, and the only room that knows requests and urllib3."""
