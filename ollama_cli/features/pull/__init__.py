"""Pulls of models: the plan, retries, progress, and the history."""
