"""The assistant's side: one page behind a private link, without an account."""
