"""The outbox: every email is a row first, and leaves by a worker."""
