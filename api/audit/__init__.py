"""The audit store: every decision that the service gave, recorded before it is sent, and decided again on demand (ADR 47)."""
