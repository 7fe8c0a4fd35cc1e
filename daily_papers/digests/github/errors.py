"""What GitHub can refuse, each as one line that says what to switch on where.

No message holds the token: messages are made of the method, the path, the status and GitHub's own
words.
"""

from __future__ import annotations

from daily_papers.errors import DailyPapersError


class GitHubError(DailyPapersError):
    """GitHub did not do what was asked. ``answer`` is the status and GitHub's own words."""

    advice = "try again later"

    def __init__(self, request: str, answer: str, *, repository: str = "") -> None:
        self.request = request
        self.answer = answer
        self.repository = repository
        advice = self.advice.format(repository=repository)
        super().__init__(f"GitHub: {request}: {answer}; {advice}")


class TokenRefused(GitHubError):
    """401: the token is wrong, or it has run out."""

    advice = (
        "set GITHUB_TOKEN: ${{{{ github.token }}}} in the env of the workflow's step, or renew the"
        " personal token that stands there"
    )


class NotPermitted(GitHubError):
    """403: the token is right, but may not do this."""

    advice = (
        "give the workflow's job `permissions: issues: write` (a personal token: the permission"
        " Issues, read and write, for {repository}); an archived repository takes no issues"
    )


class NotFound(GitHubError):
    """404: there is no such repository, or the token may not see it."""

    advice = (
        "check that GITHUB_REPOSITORY is owner/name of the digest repository ({repository}), and"
        " that the token may see it"
    )


class NotGitHub(GitHubError):
    """A refusal without GitHub's mark: the API of Gitea or Forgejo, which take no label by name."""

    advice = (
        "GITHUB_API_URL is not the address of GitHub's API (Gitea and Forgejo have one of their"
        " own); write the mail with `daily-papers notify --to-file FILE` and send that"
    )


class Moved(GitHubError):
    """30x: the repository was renamed or given to somebody else."""

    advice = "set GITHUB_REPOSITORY to the new name of {repository}"


class IssuesOff(GitHubError):
    """410: the repository has no issues, as every fork at first."""

    advice = (
        "switch issues on: Settings > General > Features > Issues, in {repository} (forks have them"
        " off at first)"
    )


class VersionGone(GitHubError):
    """400 or 410: GitHub no longer speaks the version of its API that we do."""

    advice = "update daily-papers to a version that speaks a newer one"


class Rejected(GitHubError):
    """422: GitHub found the content wrong; asking again would not help."""

    advice = "this is a fault of daily-papers; report it with this line"


class Limited(GitHubError):
    """403 or 429: too many requests, and waiting would take longer than a run may."""

    advice = "nothing is lost, the next run goes on from here"


class Unclear(GitHubError):
    """No answer to a write, or a server error: it may have been done, or not."""

    advice = "nothing more is posted for this digest now; the next run looks first"


class Unavailable(GitHubError):
    """No usable answer to a read, also when asked again."""

    advice = "nothing was posted; the next run tries again"


class OtherLogin(GitHubError):
    """The issues of this repository's digests were opened by a login that is not the token's."""

    advice = (
        "if that is the login of your token, set DAILY_PAPERS_LOGIN to it, so that `notify` finds"
        " what it has sent"
    )
