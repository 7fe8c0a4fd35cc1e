"""A repository that reads arXiv for you: daily tables, and one email with the new papers."""

__version__ = "0.1.0"

#: Where the project lives; part of the User-Agent that arXiv sees.
PROJECT_URL = "https://github.com/daily-papers/daily-papers"
