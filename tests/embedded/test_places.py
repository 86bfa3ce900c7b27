"""The socket's folder fits, and is nobody's but ours."""

import os
from pathlib import Path

import psycopg
import pytest

from koumen.embedded import places, supervisor
from koumen.embedded.account import server_account


def test_a_deep_folder_gets_a_short_socket_that_works(folder: Path) -> None:
    data = folder / ("a" * 60) / ("b" * 60)
    where = places.places(data)
    assert where.socket_folder.parent == places.TEMPORARY
    try:
        with psycopg.connect(supervisor.ensure(data)) as connection:
            connection.execute("select 1")
        assert where.socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        supervisor.stop(data)
        where.socket_folder.rmdir()


def test_a_name_that_would_be_read_as_syntax_gets_a_plain_socket(folder: Path) -> None:
    data = folder / "one, two 'three'"
    try:
        with psycopg.connect(supervisor.ensure(data)) as connection:
            connection.execute("select 1")
    finally:
        supervisor.stop(data)
        places.places(data).socket_folder.rmdir()


@pytest.mark.parametrize("length", range(60, 110))
def test_every_socket_path_fits_into_its_address(folder: Path, length: int) -> None:
    data = folder / ("x" * (length - len(str(folder))))
    socket = places.places(data).socket_folder / places.SOCKET
    assert len(os.fsencode(socket)) <= 107


def test_a_link_in_the_place_of_the_socket_folder_is_refused(folder: Path) -> None:
    data = folder / ("a" * 60) / ("b" * 60)
    socket_folder = places.places(data).socket_folder
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    socket_folder.symlink_to(elsewhere)
    try:
        with pytest.raises(supervisor.CannotRun, match="not a folder"):
            supervisor.ensure(data)
    finally:
        socket_folder.unlink()


def test_a_socket_folder_open_to_others_is_refused(folder: Path) -> None:
    data = folder / ("a" * 60) / ("b" * 60)
    where = places.places(data)
    where.socket_folder.mkdir()
    where.socket_folder.chmod(0o755)
    if where.account.dropped:
        os.chown(where.socket_folder, where.account.uid, where.account.gid)
    try:
        with pytest.raises(supervisor.CannotRun, match="open to others"):
            supervisor.ensure(data)
    finally:
        where.socket_folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    data = folder / ("a" * 60) / ("b" * 60)
    where = places.places(data)
    where.socket_folder.mkdir(mode=0o700)
    os.chown(where.socket_folder, 54321, 54321)
    try:
        with pytest.raises(supervisor.CannotRun, match="belongs to another account"):
            supervisor.ensure(data)
    finally:
        where.socket_folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders for another account")
def test_a_folder_of_roots_that_a_start_beside_us_is_about_to_give_away_is_taken(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)  # made, and killed or not yet come to giving it
    places.own_folder(home, server_account())
    assert home.stat().st_uid == server_account().uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders for another account")
def test_a_folder_in_which_root_keeps_something_is_not_given_away(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "diary").touch()
    with pytest.raises(supervisor.CannotRun, match="belongs to another account"):
        places.own_folder(home, server_account())
