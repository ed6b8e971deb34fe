"""Names that a record had stay known, so that they are masked where a transcript still holds them."""

import pytest

from candidates.merging.merge import Merge, merge_candidates
from candidates.models import Candidate
from screener.services.privacy.redaction import redact
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
WORDS = "Yes, this is Grete Albrecht, or Grete Moser since May."


@pytest.fixture
def candidate(db: None) -> Candidate:
    return make_candidate(full_name="Grete Albrecht")


def rename(candidate: Candidate, name: str) -> Candidate:
    Candidate.objects.filter(pk=candidate.pk).update(full_name=name)
    candidate.refresh_from_db()
    return candidate


def test_former_name_is_masked(candidate: Candidate) -> None:
    rename(candidate, "Grete Moser")
    masked = redact(WORDS, candidate.identifying_texts)
    assert not [name for name in ("Grete", "Albrecht", "Moser") if name in masked]


def test_former_names_outlive_stale_rows(candidate: Candidate) -> None:
    stale = Candidate.objects.get(pk=candidate.pk)
    stale.full_name = "Grete Moser"
    stale.save()
    stale.save()
    assert Candidate.objects.get().former_names == ["Grete Albrecht"]


def test_former_names_are_distinct(candidate: Candidate) -> None:
    for name in ("Grete Moser", "G. Moser", "Grete Moser", "Grete Albrecht"):
        rename(candidate, name)
    assert sorted(candidate.former_names) == ["G. Moser", "Grete Moser"]


@pytest.mark.parametrize(("taken", "former"), [((), "G. Albrecht"), (("full_name",), "Grete Albrecht")])
def test_merge_keeps_both_names(candidate: Candidate, taken: tuple[str, ...], former: str) -> None:
    other = make_candidate(full_name="G. Albrecht", phone="+14155550188")
    merge_candidates(Merge(candidate, other, frozenset(taken)), actor="hanna", reason="Same person.")
    assert Candidate.objects.get().former_names == [former]


def test_erasure_forgets_former_names(candidate: Candidate) -> None:
    rename(candidate, "Grete Moser").blank()
    row = Candidate.objects.get()
    assert (row.full_name, row.former_names) == ("", [])
