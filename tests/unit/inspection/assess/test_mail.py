"""Alerts in the exports of mail programs."""

from datetime import UTC, datetime
from email.header import Header
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.inspection.assess.mail import check_alert, read_alerts

DATE = "Mon, 23 Nov 2026 20:06:15 +0200"
SENT = datetime(2026, 11, 23, 18, 6, 15, tzinfo=UTC)


def mail(subject: str, date: str = DATE) -> str:
    """A message with a subject."""
    return f"From: aws@example.com\nSubject: {subject}\nDate: {date}\n\nFrom Lambda\n"


@pytest.mark.parametrize(
    "subject",
    [
        "Failure: Dora Explorer could not generate stream",
        "Failure: Dora Explorer, could not generate stream",
        "Fwd: [ext] FAILURE:  DORA  EXPLORER ,  could not generate stream",
        "Failure: Dora\n Explorer could not\n generate stream",
        Header("Failure: D\u00f3ra Explorer could not generate stream", "utf-8").encode(),
        "=?nonsense?q?Notice?= Failure: Dora Explorer could not generate stream",
    ],
)
def test_a_subject_is_recognized_in_all_its_forms(tmp_path: Path, subject: str) -> None:
    """With comma, marks, encoding, folding, or forwarded."""
    (tmp_path / "one.eml").write_text(mail(subject))
    finding, sent = check_alert(read_alerts(tmp_path), "D\u00f3ra Explorer")
    assert (finding.verdict, sent) == (Verdict.VALID, SENT)


def test_the_last_one_counts_in_any_container(tmp_path: Path) -> None:
    """An mbox, a folder with folders, and a single message."""
    subject = "Failure: Dora Explorer could not generate stream"
    older = mail(subject, "Sun, 22 Nov 2026 18:06:15 +0000")
    box = tmp_path / "Takeout.mbox"
    box.write_text("".join(f"From x@example.com Mon\n{text}\n" for text in (mail(subject), older)))
    folder = tmp_path / "mails" / "deeper"
    folder.mkdir(parents=True)
    (folder / "a.eml").write_text(mail(subject))
    (folder.parent / "b.eml").write_text(older)
    for path in (box, folder.parent, folder / "a.eml"):
        assert read_alerts(path) == {"doraexplorer": SENT}


def test_without_an_alert_the_verdict_is_unknown(tmp_path: Path) -> None:
    """Alerts of other persons, other subjects and confirmations do not count."""
    (tmp_path / "a.eml").write_text(mail("AWS Notification - Subscription Confirmation"))
    (tmp_path / "b.eml").write_text(mail("Failure: Ada Lovelace could not generate stream"))
    (tmp_path / "c.txt").write_text(mail("Failure: Dora Explorer could not generate stream"))
    finding, sent = check_alert(read_alerts(tmp_path), "Dora Explorer")
    assert (finding.verdict, sent) == (Verdict.UNKNOWN, None)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 20:06:15 +0200"])
def test_an_alert_without_a_date_counts(tmp_path: Path, date: str) -> None:
    """Only its time is unknown."""
    (tmp_path / "a.eml").write_text(mail("Failure: Dora Explorer could not generate stream", date))
    finding, sent = check_alert(read_alerts(tmp_path), "Dora Explorer")
    assert (finding.verdict, sent) == (Verdict.VALID, None)


def test_files_that_are_not_mail_are_ignored(tmp_path: Path) -> None:
    """A folder may hold anything under that name."""
    (tmp_path / "a.eml").write_bytes(bytes(range(256)) * 100)
    assert read_alerts(tmp_path) == {}


def test_no_mailbox_is_a_usage_error(tmp_path: Path) -> None:
    """The message says what is accepted."""
    with pytest.raises(UsageError, match="mbox"):
        read_alerts(tmp_path / "absent")
