"""What is no recording is refused in the language of the report, with what stands in the file as it stands there."""

import pickle
from pathlib import Path
from string import Formatter

import pytest

from anxin.evaluation.attempt import attempt
from anxin.evaluation.notes import refusal, report_words
from anxin.evaluation.report import render
from anxin.evaluation.run import Entry
from core.people import Language
from simulator.recorded import RecordingError, Refusal
from simulator.recording import load

HOME = 'name = "a"\ntimezone = "Europe/Berlin"\n'
DEVICE = '[[device]]\nid = "pir"\nkind = "motion"\n'
HEAD = "at,device,kind,value\n"
BROKEN: dict[Refusal, tuple[str | bytes, str | None, str | None]] = {
    Refusal.UNREADABLE_FILE: (HOME + DEVICE, None, None),
    Refusal.NO_UTF8: (b"\xff\xfe", HEAD, None),
    Refusal.NO_TOML: ("name = ", HEAD, None),
    Refusal.KEY_MISSING: ('timezone = "Europe/Berlin"\n', HEAD, None),
    Refusal.NO_TIMEZONE: ('name = "a"\ntimezone = "Europe/{Berlin}"\n', HEAD, None),
    Refusal.NO_DEVICE: (HOME, HEAD, None),
    Refusal.NO_KNOWN_DEVICE: (HOME + DEVICE.replace("motion", "{smell}"), HEAD, None),
    Refusal.NO_DEVICE_TABLE: ("device = [3]\n" + HOME, HEAD, None),
    Refusal.DEVICE_INCOMPLETE: (HOME + "[[device]]\nid = 'pir'\n", HEAD, None),
    Refusal.FIRST_LINE: (HOME + DEVICE, "when;{who}\n", None),
    Refusal.NO_READING: (HOME + DEVICE, HEAD, None),
    Refusal.MANY_UNREADABLE: (HOME + DEVICE, f"{HEAD}today,pir,motion,detected\n", None),
    Refusal.NONE_USABLE: (HOME + DEVICE, f"{HEAD}2026-03-01T07:00:00Z,door,door,open\n", None),
    Refusal.NO_LABEL: (HOME + DEVICE, HEAD, "start,end,label\ntoday,tomorrow,away\n"),
}


def refused(folder: Path, why: Refusal) -> Entry:
    home, readings, truth = BROKEN[why]
    (folder / "home.toml").write_bytes(home if isinstance(home, bytes) else home.encode())
    for name, text in (("readings.csv", readings), ("truth.csv", truth)):
        if text is not None:
            (folder / name).write_text(text)
    return attempt(folder, lambda: {"readings": load(folder).hear().readings})


@pytest.mark.parametrize("why", list(Refusal))
@pytest.mark.parametrize("language", list(Language))
def test_every_refusal_is_told_in_the_language_of_the_report(why: Refusal, language: Language, tmp_path: Path) -> None:
    one, words = refused(tmp_path, why), report_words(language)

    told = refusal(one, words)

    assert (one["why"], one["failed"]) == (why.value, False)
    assert str(tmp_path) in told
    assert (told != one["problem"]) or language is Language.ENGLISH
    places = [name for _, name, _, _ in Formatter().parse(words[f"refused_{why}"]) if name]
    assert all(one["places"][name] in told for name in places)


def test_the_report_lists_what_was_refused_and_what_the_program_failed_on_as_it_was_said(tmp_path: Path) -> None:
    ours = {"name": "x", "path": "/x", "problem": "/x: the program failed on it (KeyError: 1)", "failed": True}
    nothing: Entry = {"budget": 0.5, "answered": 0.0, "seed": 1, "detector": None, "learns": True, "doubts": True}
    nothing |= {"recordings": [], "appliances": [], "curve": [], "simulated": None}

    page = render(nothing | {"refused": [refused(tmp_path, Refusal.FIRST_LINE), ours]}, Language.CHINESE)

    assert "第一行必须是 at,device,kind,value，而不是“when;{who}”" in page
    assert "/x: the program failed on it (KeyError: 1)" in page


def test_a_refusal_comes_whole_out_of_another_process() -> None:
    error = RecordingError("a: no reading in it", Refusal.NO_READING, path="a")

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert (str(again), again.why, again.places) == (str(error), error.why, {"path": "a"})
