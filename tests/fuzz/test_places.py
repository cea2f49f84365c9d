"""A study's folder may hold what is no file, or leads out of it: it is refused, and never waited for."""

import os

import pytest
from tests.fuzz import seeds
from tests.fuzz.readers import HEAD, engine

from coproduce.errors import RecordsError, StudyError
from coproduce.records.opening import open_records
from coproduce.records.readers.pabulib import read_pabulib
from coproduce.records.study import read_study


def _study(folder, *, table="events", path):
    (folder / "study.toml").write_text(f"{HEAD}[records.{table}]\npath = '{path}'\n")
    return folder


@pytest.mark.parametrize("path", ["log.csv", "log.xes", "form.xlsx", "log.sqlite", "part-*.parquet"])
def test_a_pipe_is_not_waited_for(path, tmp_path):
    os.mkfifo(tmp_path / path.replace("*", "1"))
    with pytest.raises(StudyError, match="a device or a pipe"):
        read_study(_study(tmp_path, path=path))


def test_settings_that_are_a_pipe_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "study.toml")
    with pytest.raises(StudyError, match="no plain file"):
        read_study(tmp_path)


def test_a_vote_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "vote.pb")
    with pytest.raises(RecordsError, match="a device or a pipe"):
        read_pabulib(tmp_path / "vote.pb")


@pytest.mark.parametrize("path", ["../secret.csv", "secret.csv", "out/secret.csv", "o*/*.csv", "*.csv"])
def test_what_leads_out_of_the_folder_is_not_read(path, tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "study"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.csv").write_bytes(seeds.CSV)
    (tmp_path / "secret.csv").write_bytes(seeds.CSV)
    (folder / "secret.csv").symlink_to(outside / "secret.csv")
    (folder / "out").symlink_to(outside, target_is_directory=True)
    with pytest.raises(StudyError, match="inside the study's folder"):
        read_study(_study(folder, path=path))


def test_sheets_beside_a_form_are_files_of_its_folder(tmp_path):
    """A folder that is called like a sheet is none, and a link is not followed."""
    (tmp_path / "survey.csv").write_bytes(b"type,name,label\ntext,q,Q?\n")
    (tmp_path / "choices").mkdir()
    (tmp_path / "settings.csv").symlink_to("/etc/hostname")
    study = read_study(_study(tmp_path, table="items", path="survey.csv"))
    assert open_records(study, engine()).tables["items"].rows == 1
