"""The table of role by permission."""

from __future__ import annotations

from itertools import pairwise

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.permission_table import PAGE, permission_table, with_table
from queries.desk.roles import GRANTS, permissions_of


def test_every_permission_stands_in_the_table_and_somebody_has_it():
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())


def test_a_viewer_only_reads():
    assert permissions_of(DeskRole.VIEWER) == {
        Permission.RINGS_READ,
        Permission.ACCOUNTS_READ,
        Permission.FLAGS_READ,
        Permission.TOKENS_OWN,
    }


def test_each_role_may_what_the_one_below_it_may():
    ladder = [DeskRole.VIEWER, DeskRole.INVESTIGATOR, DeskRole.LEAD, DeskRole.ADMIN]
    for lower, higher in pairwise(ladder):
        assert permissions_of(lower) < permissions_of(higher)


def test_the_page_shows_the_table_as_it_is():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page
    assert permission_table() in page


def test_a_program_gives_no_verdicts_and_manages_nobody():
    service = permissions_of(DeskRole.SERVICE)
    assert not service & {Permission.VERDICTS_GIVE, Permission.ACTS_DO, Permission.PEOPLE_MANAGE}
    assert Permission.IDENTIFIERS_PLAIN in service
