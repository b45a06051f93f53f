"""One name in, all resources' names out: the assignment's convention, within AWS's limits."""

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.naming import StreamNameCase, derive_names, split_full_name


def test_the_assignments_own_example() -> None:
    """Every derived name is the one that the assignment gives."""
    names = derive_names("Dora", "Explorer")
    assert names.streaming_function == "DEDOREXP-streaming-lambda"
    assert names.notification_function == "DEDOREXP-notification-lambda"
    assert names.table == "DEDOREXP-streaming-dynamodb"
    assert names.topic == "DEDOREXP-streaming-sns-topic"
    assert names.delivery_stream == "dedorexp-deliverystream"
    assert names.bucket == "dedoraexplorer-deliverystream-s3"


def test_what_the_assignment_does_not_name_follows_its_convention() -> None:
    """Rule, roles, stacks and the artifact bucket carry the stem too."""
    names = derive_names("Dora", "Explorer")
    others = (names.rule, *names.roles, names.storage_stack, names.pipeline_stack)
    assert all(name.startswith("DEDOREXP-") for name in others)
    assert names.artifact_bucket == "dedoraexplorer-artifacts-s3"


def test_the_other_spelling_of_the_delivery_stream_is_reachable() -> None:
    """The assignment's text and script differ in case, and stream names are case-sensitive."""
    names = derive_names("Dora", "Explorer", stream_name_case=StreamNameCase.UPPER)
    assert names.delivery_stream == "DEDOREXP-deliverystream"


@pytest.mark.parametrize(
    ("first_name", "surname", "stem", "bucket_part"),
    [
        ("Al", "Li", "DEALLI", "alli"),
        ("Zoë", "Núñez", "DEZOENUN", "zoenunez"),
        ("Øystein", "Łukasz", "DEOYSLUK", "oysteinlukasz"),
        ("Jürgen", "Weiß", "DEJURWEI", "jurgenweiss"),
        ("Ægir", "Þórðarson", "DEAEGTHO", "aegirthordarson"),
        ("Jan", "van der Merwe", "DEJANVAN", "janvandermerwe"),
        ("Mary-Jane", "O'Neil", "DEMARONE", "maryjaneoneil"),
        ("Mary\u2010Jane", "O\u2019Neil", "DEMARONE", "maryjaneoneil"),
        ("J.R.R.", "Tolkien", "DEJRRTOL", "jrrtolkien"),
        ("İpek", "Ağaoğlu", "DEIPEAGA", "ipekagaoglu"),
        ("Dora", "Explorer 2", "DEDOREXP", "doraexplorer2"),
    ],
)
def test_personal_names_fold_to_latin_letters(
    first_name: str, surname: str, stem: str, bucket_part: str
) -> None:
    """Diacritics, spaces, hyphens and apostrophes are removed; short names are used whole."""
    names = derive_names(first_name, surname)
    assert (names.stem, names.bucket) == (stem, f"de{bucket_part}-deliverystream-s3")


def test_the_full_name_is_not_changed() -> None:
    """It stands in the subject of the alerts."""
    assert derive_names("Zoë ", " Núñez").full_name == "Zoë Núñez"


@pytest.mark.parametrize("name", ["李", "Дора", "ليلى", "Ντόρα", "Dora!", "D\u0000ra", "a/b"])
def test_what_has_no_latin_spelling_is_refused_with_a_way_out(name: str) -> None:
    """A guessed transliteration could store a user's data under a wrong name."""
    with pytest.raises(UsageError, match=r"in Latin letters.*your passport"):
        derive_names(name, "Explorer")


@pytest.mark.parametrize("name", ["", "  ", "-'", "\u0301"])
def test_a_name_without_a_letter_is_refused(name: str) -> None:
    """Which part was wrong is said."""
    with pytest.raises(UsageError, match="a surname with at least one letter"):
        derive_names("Dora", name)


def test_the_longest_name_that_fits_a_bucket() -> None:
    """43 letters: `de` and `-deliverystream-s3` take 20 of the 63 of a bucket."""
    assert len(derive_names("a" * 21, "b" * 22).bucket) == 63
    with pytest.raises(UsageError, match=r"at most 63 characters.*1 too long.*shorten"):
        derive_names("a" * 21, "b" * 23)


def test_another_prefix() -> None:
    """Later cohorts have their own; it is written as the convention writes it."""
    names = derive_names("Dora", "Explorer", prefix="mle")
    assert (names.stem, names.bucket) == ("MLEDOREXP", "mledoraexplorer-deliverystream-s3")


@pytest.mark.parametrize("prefix", ["", "1A", "D-E", "D E", "É", "A" * 13, "DE\n"])
def test_a_prefix_that_no_resource_could_carry_is_refused(prefix: str) -> None:
    """Said of the option, not of some resource."""
    with pytest.raises(UsageError, match="correct --prefix"):
        derive_names("Dora", "Explorer", prefix=prefix)


def test_a_bucket_that_s3_reserves_is_refused() -> None:
    """S3 keeps some starts for itself, and a prefix may hit one."""
    with pytest.raises(UsageError, match="does not start with"):
        derive_names("Hr", "Ee", prefix="st")
    assert derive_names("Hr", "Eel", prefix="st").stem == "STHREEL"


def test_a_full_name_is_split_at_its_first_space() -> None:
    """The convention needs a first name and a surname."""
    assert split_full_name(" Jan  van der Merwe ") == ("Jan", "van der Merwe")
    with pytest.raises(UsageError, match="correct --name"):
        split_full_name("Dora")
