"""The next 12 months: which help will be needed when."""
