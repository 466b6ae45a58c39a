"""What families wish, may hear and expect, written where every process finds it within seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime

from anxin.roster import revise
from anxin.stores import Stores
from core.digest import Digest
from core.family import Consent, Expectation, Families, Wish


@dataclass(frozen=True, slots=True)
class FamilyBook:
    """`api.services.FamilyBook` over the stores."""

    stores: Stores

    def families(self) -> Families:
        return self.stores.families.families()

    def save_wish(self, wish: Wish) -> None:
        self.stores.families.save_wish(wish)
        self._revise()

    def record_consent(self, consent: Consent) -> None:
        self.stores.families.record_consent(consent)
        self._revise()

    def consents(self, home: str) -> list[Consent]:
        return self.stores.families.consents(home)

    def save_expectation(self, expectation: Expectation) -> None:
        self.stores.families.save_expectation(expectation)
        self._revise()

    def remove_expectation(self, id_: str) -> bool:
        found = self.stores.families.remove_expectation(id_)
        self._revise()
        return found

    def latest_digest(self, home: str, person: str) -> Digest | None:
        return self.stores.digests.latest(home, person)

    def _revise(self) -> None:
        revise(self.stores.snapshots, datetime.now(UTC))
