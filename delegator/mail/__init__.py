"""Mail of the product as a whole, and reading it where there is no mail server."""
