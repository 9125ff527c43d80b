"""Who signs in and how: addresses, passwords, second steps, sessions."""
