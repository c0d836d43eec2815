"""`make check-recording` on files that lame and sox make here: right ones, wrong ones and damaged ones."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from contract_tests.__main__ import main
from contract_tests.call_recording.check import read
from contract_tests.call_recording.judge import lines as judged
from contract_tests.call_recording.sound import NotSoundError
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode
from tests.suite import ROOT, lacking

ROWS: Sequence[Mapping[str, Json]] = CONTRACT.recording_formats
Checked = tuple[int, list[str]]
"""Exit code, and the lines that were printed."""


def tool(name: str, *arguments: object) -> None:
    if shutil.which(name) is None:
        lacking(name)
    subprocess.run([name, *map(str, arguments)], check=True, capture_output=True)


def wav(file: Path, *options: object, rate: int = 8000, channels: int = 1, bits: int = 16, seconds: int = 2) -> Path:
    tones = ["sine", 440, "sine", 660][: 2 * channels]
    tool("sox", "-n", "-r", rate, "-c", channels, "-b", bits, *options, "-t", "wav", file, "synth", seconds, *tones)
    return file


def mp3(file: Path, *options: object, channels: int = 1, rate: int = 8000, seconds: int = 2) -> Path:
    """An mp3 of tones; the bit rate is in the options of lame."""
    source = wav(file.with_suffix(".source"), rate=rate, channels=channels, seconds=seconds)
    tool("lame", "--quiet", *options, source, file)
    return file


def check(capsys: pytest.CaptureFixture[str], file: Path, format_: str, stereo: str) -> Checked:
    code = main(["recording", str(file), "--format", format_, "--stereo", stereo])
    return code, capsys.readouterr().out.splitlines()


def differing(lines: Sequence[str]) -> list[str]:
    """The ids of the statements that a file does not keep, `-` for the format."""
    return [line.split()[1] for line in lines if line.startswith("differs")]


RIGHT: dict[str, Callable[[Path], Path]] = {
    "mp3_mono": lambda file: mp3(file, "-b", 16),
    "mp3_stereo": lambda file: mp3(file, "-b", 32, channels=2),
    "wav_mono": wav,
    "wav_stereo": lambda file: wav(file, channels=2),
}


@pytest.mark.parametrize("asked", ROWS, ids=lambda row: str(row["name"]))
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_file_keeps_its_own_row_only(
    name: str, asked: Mapping[str, Json], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = RIGHT[name](tmp_path / "recording")
    stereo = "yes" if asked["channels"] == 2 else "no"
    code, lines = check(capsys, file, asked["format"], stereo)
    assert code == (name != asked["name"])
    assert bool(differing(lines)) == (name != asked["name"])
    assert lines[-1] == f"recording {'does not keep' if code else 'keeps'} {asked['name']}"


def test_each_line_names_the_statement_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, RIGHT["mp3_stereo"](tmp_path / "a.mp3"), "mp3", "yes") == (
        0,
        [
            "conforms  -     format: expected mp3, found mp3 (MPEG-2.5 Layer III)",
            "conforms  R-04  bit rate: expected 32 kb/s, found 32 kb/s",
            "conforms  R-05  channels: expected 2 channel(s), found 2 channel(s)",
            "conforms  R-06  sample rate: expected 8000 Hz, found 8000 Hz",
            "a.mp3 keeps mp3_stereo",
        ],
    )


def test_every_statement_of_a_recording_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged: list[str] = []
    for row in ROWS:
        file = RIGHT[row["name"]](tmp_path / "recording")
        _, lines = check(capsys, file, row["format"], "yes" if row["channels"] == 2 else "no")
        judged += [line.split()[1] for line in lines if " R-" in line]
    assert judged == [f"R-{number:02}" for number in range(1, 13)]


def test_the_numbers_are_those_of_the_contract(tmp_path: Path) -> None:
    row = {**ROWS[2], "bit_rate_kbit_s": 64, "sample_rate_hz": 4000}
    with wav(tmp_path / "a.wav").open("rb") as file:
        lines = list(judged(row, read(file), ""))
    # The page does not say 64, so no statement of it is named.
    assert [(line.statement, line.expected, line.conforms) for line in lines] == [
        ("", "wav", True),
        ("", "64 kb/s", False),
        ("R-08", "1 channel(s)", True),
        ("", "4000 Hz", False),
    ]


WRONG: dict[str, tuple[str, Callable[[Path], Path], list[str]]] = {
    "mp3 of a higher bit rate": ("mp3", lambda file: mp3(file, "-b", 24), ["R-01"]),
    "mp3 of a variable bit rate": ("mp3", lambda file: mp3(file, "-V", 5), ["R-01"]),
    "the same without a first frame that tells": ("mp3", lambda file: mp3(file, "-V", 5, "-t"), ["R-01"]),
    "mp3 of an average bit rate": ("mp3", lambda file: mp3(file, "--abr", 16), ["R-01"]),
    "mp3 of another sample rate": ("mp3", lambda file: mp3(file, "-b", 16, "--resample", 11.025), ["R-03"]),
    "mp3 in two channels": ("mp3", lambda file: mp3(file, "-b", 16, channels=2), ["R-02"]),
    "wav of 8 bits": ("wav", lambda file: wav(file, bits=8), ["R-07"]),
    "wav of 24 bits": ("wav", lambda file: wav(file, bits=24), ["R-07"]),
    "wav of 8 bits, twice as fast": ("wav", lambda file: wav(file, bits=8, rate=16000), ["R-09"]),
    "wav of mu-law": ("wav", lambda file: wav(file, "-e", "u-law", bits=8), ["-", "R-07"]),
    "wav of ADPCM": ("wav", lambda file: wav(file, "-e", "ima-adpcm", bits=4), ["-", "R-07"]),
    "wav of mu-law with the right numbers": (
        "wav",
        lambda file: wav(file, "-e", "u-law", bits=8, rate=16000),
        ["-", "R-09"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_reported_with_its_statement(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    format_, make, statements = WRONG[name]
    code, lines = check(capsys, make(tmp_path / f"a.{format_}"), format_, "no")
    assert (code, differing(lines)) == (1, statements)


def test_the_frame_that_tells_of_the_encoder_does_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mp3(tmp_path / "a.mp3", "-b", 16, "-t")
    telling = b"\xff\xe3\x88\xc0" + bytes(9) + b"Info"  # of 64 kb/s, to have the room
    file.write_bytes(telling.ljust(576, b"\0") + file.read_bytes())
    assert check(capsys, file, "mp3", "no")[0] == 0


def test_layer_two_is_no_mp3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes((b"\xff\xe5\x28\xc0" + bytes(284)) * 10)  # the right numbers, 288 bytes a frame
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, differing(lines)) == (1, ["-"])
    assert lines[0].endswith("found mp3 (MPEG-2.5 Layer II)")


def test_a_variable_bit_rate_is_printed_from_minimum_to_maximum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet, loud = mp3(tmp_path / "a", "-b", 16, "-t"), mp3(tmp_path / "b", "-b", 24, "-t")
    (tmp_path / "c.mp3").write_bytes(quiet.read_bytes() + loud.read_bytes())
    _, lines = check(capsys, tmp_path / "c.mp3", "mp3", "no")
    assert lines[1] == "differs   R-01  bit rate: expected 16 kb/s, found 16 to 24 kb/s"


@pytest.mark.parametrize(("made", "named"), [("mp3", "wav"), ("wav", "mp3")])
def test_the_content_counts_and_not_the_name(
    made: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = RIGHT[f"{made}_mono"](tmp_path / "a")
    file = file.rename(tmp_path / f"a.{named}")
    code, lines = check(capsys, file, named, "no")
    assert code == 1
    assert lines[0].startswith(f"differs   -     format: expected {named}, found {made} (")
    assert check(capsys, file, made, "no")[0] == 0


@pytest.mark.parametrize(
    "options", [["--tt", "A call", "--id3v2-only"], ["--tt", "A call", "--id3v1-only"], ["--add-id3v2", "--tt", "A"]]
)
def test_tags_do_not_matter(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mp3(tmp_path / "a.mp3", "-b", 16, *options)
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, len(lines)) == (0, 5)


def test_a_tag_of_any_size_is_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mp3(tmp_path / "a.mp3", "-b", 16)
    picture = b"\xff\xfb\x90\x00" * 500_000  # looks like frames
    size = bytes(len(picture) >> shift & 0x7F for shift in (21, 14, 7, 0))
    file.write_bytes(b"ID3\x03\x00\x00" + size + picture + file.read_bytes())
    assert check(capsys, file, "mp3", "no")[0] == 0


def test_pcm_with_the_extended_header_is_pcm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = wav(tmp_path / "a.wav")
    plain = file.read_bytes()
    pcm = bytes.fromhex("0100000000001000800000aa00389b71")
    extended = b"fmt " + struct.pack("<IH", 40, 0xFFFE) + plain[22:36] + struct.pack("<HHI", 22, 16, 4) + pcm
    other = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # an odd chunk is padded
    file.write_bytes(plain[:12] + other + extended + plain[36:])
    code, lines = check(capsys, file, "wav", "no")
    assert (code, lines[0]) == (0, "conforms  -     format: expected wav, found wav (PCM, 16 bits)")


@pytest.mark.parametrize(("format_", "kept"), [("mp3", 1000), ("wav", 1000)])
def test_a_file_that_is_cut_off_is_noted(
    format_: str, kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = RIGHT[f"{format_}_mono"](tmp_path / "a")
    file.write_bytes(file.read_bytes()[:kept])
    code, lines = check(capsys, file, format_, "no")
    assert code == 0
    assert [line for line in lines if line.startswith("note      -     the file is cut off")]


@pytest.mark.parametrize(("format_", "sounding"), [("mp3", 3 * 144 + 4), ("wav", 44 + 1)])
def test_a_cut_anywhere_leaves_sound_or_says_that_there_is_none(format_: str, sounding: int, tmp_path: Path) -> None:
    whole = RIGHT[f"{format_}_mono"](tmp_path / "a").read_bytes()
    for kept in range(600):
        content = io.BytesIO(whole[:kept])
        if kept < sounding:  # an mp3 is known by four frames
            with pytest.raises(NotSoundError):
                read(content)
        else:
            assert read(content).numbers["sample_rate_hz"] == [8000]


def size_of_tag(content: bytes) -> bytes:
    """A size as ID3v2 writes it."""
    return bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))


ID3V2 = b"ID3\x03\x00\x00" + size_of_tag(bytes(500)) + b"TIT2".ljust(500, b"\xff")
APE = b"APETAGEX" + struct.pack("<IIII", 2000, 132, 1, 1 << 31 | 1 << 29) + bytes(8) + bytes(100)
APE += b"APETAGEX" + struct.pack("<IIII", 2000, 132, 1, 1 << 31) + bytes(8)
PARTS: dict[str, tuple[bytes, bytes]] = {
    "zeros": (b"", bytes(100_000)),
    "ID3v1": (b"", b"TAG".ljust(128, b" ")),
    "ID3v2": (b"", ID3V2),
    "both": (b"", b"TAG".ljust(128, b" ") + ID3V2),
    "APE": (b"", APE),
    "Lyrics3": (b"", b"LYRICSBEGININD0000200" + b"000021LYRICS200"),
    "zeros and a tag": (ID3V2, bytes(5000) + ID3V2 + bytes(5000)),
    "a few other bytes": (b"", Random(2).randbytes(30)),  # noqa: S311
}
"""By name: what stands before the first of two parts, and between the two."""


@pytest.mark.parametrize("name", PARTS)
def test_all_parts_of_an_mp3_are_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, between = PARTS[name]
    mono, stereo = mp3(tmp_path / "a", "-b", 16, "-t"), mp3(tmp_path / "b", "-b", 32, "-t", channels=2)
    file = tmp_path / "c.mp3"
    file.write_bytes(before + mono.read_bytes() + between + mono.read_bytes())
    assert check(capsys, file, "mp3", "no")[0] == 0
    file.write_bytes(before + mono.read_bytes() + between + stereo.read_bytes())
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, differing(lines)) == (1, ["R-01", "R-02"])
    assert lines[1].endswith("found 16 to 32 kb/s")


@pytest.mark.parametrize("cut", range(1, 144, 13))
def test_a_part_that_is_cut_off_hides_no_other(cut: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mono, stereo = mp3(tmp_path / "a", "-b", 16, "-t"), mp3(tmp_path / "b", "-b", 32, "-t", channels=2)
    file = tmp_path / "c.mp3"
    file.write_bytes(mono.read_bytes()[:-cut] + ID3V2 + stereo.read_bytes())
    assert differing(check(capsys, file, "mp3", "no")[1]) == ["R-01", "R-02"]


def test_ten_frames_do_not_speak_for_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mono = mp3(tmp_path / "a", "-b", 16, "-t").read_bytes()[: 10 * 144]
    stereo = mp3(tmp_path / "b", "-b", 32, "-t", channels=2, seconds=110).read_bytes()[: 1460 * 288]
    file = tmp_path / "c.mp3"
    file.write_bytes(mono + bytes(4000) + stereo)
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, differing(lines)) == (1, ["R-01", "R-02"])
    assert lines[-1] == "c.mp3 does not keep mp3_mono"


def test_zeros_behind_the_frames_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mp3(tmp_path / "a.mp3", "-b", 16)
    file.write_bytes(file.read_bytes() + bytes(1000))
    code, lines = check(capsys, file, "mp3", "no")
    assert code == 0
    assert lines[-2] == "note      -     1,000 bytes outside of the frames are zeros"


@pytest.mark.parametrize("behind", [True, False])
def test_an_mp3_of_which_much_stays_unread_keeps_nothing(
    behind: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, junk = mp3(tmp_path / "a.mp3", "-b", 16, "-t"), Random(3).randbytes(2000)  # noqa: S311
    sound = file.read_bytes()
    file.write_bytes(sound + junk if behind else sound + junk + sound)
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, differing(lines)) == (1, ["-"])
    assert "frames: expected frames and tags only, found " in lines[4]


def test_a_long_recording_is_read_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mono, stereo = mp3(tmp_path / "a", "-b", 16, "-t"), mp3(tmp_path / "b", "-b", 32, "-t", channels=2)
    file = tmp_path / "c.mp3"
    file.write_bytes(mono.read_bytes() * 5000 + stereo.read_bytes())  # three hours
    assert differing(check(capsys, file, "mp3", "no")[1]) == ["R-01", "R-02"]


@pytest.mark.parametrize("pattern", [b"\xff\xe3\x28\xc0\0", b"\xff\xfb\x90\x00\x00", b"ID3", b"LYRICSBEGIN", None])
def test_what_looks_like_frames_takes_little_time(pattern: bytes | None, tmp_path: Path) -> None:
    size = 4_000_000  # hours, if the time grew with its square
    content = Random(4).randbytes(size) if pattern is None else pattern * (size // len(pattern))  # noqa: S311
    file = mp3(tmp_path / "a.mp3", "-b", 16, "-t")
    file.write_bytes(file.read_bytes() + content)
    command = [sys.executable, "-m", "contract_tests", "recording", str(file), "--format=mp3", "--stereo=no"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (process.returncode, process.stderr) == (1, "")


def with_size(file: Path, size: int) -> None:
    """State another size of the sound."""
    content = bytearray(file.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    file.write_bytes(content)


@pytest.mark.parametrize("size", [0, 100])
def test_a_wav_that_states_too_little_sound_is_noted(
    size: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = wav(tmp_path / "a.wav")
    with_size(file, size)
    code, lines = check(capsys, file, "wav", "no")
    assert code == 0
    said = f"the header states {size} bytes of sound; {32_000 - size:,} bytes follow that it does not mention"
    assert lines[-2] == f"note      -     {said}"


def test_chunks_behind_the_sound_are_no_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = wav(tmp_path / "a.wav")
    file.write_bytes(file.read_bytes() + b"LIST" + struct.pack("<I", 3) + b"abc\0")
    assert len(check(capsys, file, "wav", "no")[1]) == 5
    file.write_bytes(file.read_bytes()[:44] + b"LIST" + struct.pack("<I", 3) + b"abc\0")
    with_size(file, 0)
    code, lines = check(capsys, file, "wav", "no")
    assert (code, differing(lines)) == (1, ["-", "R-07", "R-08", "R-09"])


def as_rf64(file: Path) -> None:
    """Write a wav file as EBU Tech 3306 has it, with its sizes in ds64."""
    plain = file.read_bytes()
    sound = len(plain) - 44
    sizes = b"ds64" + struct.pack("<IQQQI", 28, len(plain) + 28, sound, sound // 2, 0)
    largest = b"\xff\xff\xff\xff"
    file.write_bytes(b"RF64" + largest + b"WAVE" + sizes + plain[12:40] + largest + plain[44:])


@pytest.mark.parametrize("channels", [1, 2])
def test_rf64_is_a_wav(channels: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = wav(tmp_path / "a.wav", channels=channels)
    as_rf64(file)
    code, lines = check(capsys, file, "wav", "yes" if channels == 2 else "no")
    assert (code, len(lines)) == (0, 5)
    file.write_bytes(file.read_bytes()[:5000])
    assert "the file is cut off" in check(capsys, file, "wav", "no")[1][-2]


@pytest.mark.parametrize(
    ("stereo", "code"), [("no", 0), ("false", 0), ("False", 0), ("yes", 1), ("true", 1), ("TRUE", 1)]
)
def test_both_words_for_stereo_are_taken(
    stereo: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(capsys, wav(tmp_path / "a.wav"), "wav", stereo)[0] == code


@pytest.mark.parametrize("format_", ["mp3", "wav"])
def test_a_huge_file_takes_no_memory(format_: str, tmp_path: Path) -> None:
    file = RIGHT[f"{format_}_mono"](tmp_path / "a")
    with file.open("r+b") as content:
        content.truncate(1 << 30)  # sparse: no disk is used
    arguments = f"-m contract_tests recording {file} --format {format_} --stereo no"
    command = f"ulimit -v 1000000; exec {sys.executable} {arguments}"
    process = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd",
        Random(1).randbytes(5000),  # noqa: S311
        b"\xff\xe3" * 3000,
    ],
    ids=["empty", "zeros", "header alone", "no coding", "random", "looks like frames"],
)
def test_what_is_no_sound_keeps_nothing(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes(content)
    code, lines = check(capsys, file, "mp3", "no")
    assert (code, differing(lines)) == (1, ["-", "R-01", "R-02", "R-03"])
    assert "found neither wav (" in lines[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nonexistent", "--format=mp3", "--stereo=no"], "/nonexistent: cannot be read (No such file or directory)"),
        (["/", "--format=mp3", "--stereo=no"], "/: cannot be read (not a regular file)"),
        (["/dev/zero", "--format=mp3", "--stereo=no"], "/dev/zero: cannot be read (not a regular file)"),
        (["a\0b", "--format=mp3", "--stereo=no"], r"a\x00b: cannot be read (embedded null byte)"),
        (["/", "--format=ogg", "--stereo=no"], "--format ogg: expected one of mp3, wav"),
        (
            ["/", "--format=mp3", "--stereo=1"],
            "--stereo 1: expected one of yes, no, true, false",
        ),
    ],
)
def test_what_cannot_be_asked_gives_one_line_and_an_exit_code_of_its_own(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recording", *arguments]) == ExitCode.usage
    assert capsys.readouterr().err == f"ERROR: {message}\n"
