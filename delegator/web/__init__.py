"""What every request and answer needs, whatever the page."""
