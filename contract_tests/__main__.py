"""The command line: `phone-contract COMMAND`, or `python -m contract_tests COMMAND`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from contract_tests.errors import ExitCode, UnfinishedError, UsageError
from contract_tests.record.text import visible
from contract_tests.target.command_line import CALLED_AS, CommandLine
from contract_tests.target.options import Options, Part, add_to, declared, from_environment

Arguments = Mapping[str, Any]
ABOUT = (
    "Test whether a server keeps the PhoneProperties contract. The credentials stand in the environment: "
    "PHONE_API_TOKEN, or PHONE_API_CLIENT_ID and PHONE_API_CLIENT_SECRET. "
    "Exit codes: 0 no failure, 1 a failure, 3 the run broke off, 4 a wrong option or no access, "
    "6 original values are not restored."
)


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        help: What it does, in a line.
        main: Does it; gets what was given, by name, and returns the exit code.
        options: The names of the options of the suite that it takes.
        add_arguments: Adds what only this command has.
    """

    help: str
    main: Callable[[Arguments, CommandLine], int]
    options: Sequence[str] = ()
    add_arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None


class Parser(argparse.ArgumentParser):
    """Reports a wrong option in one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line, and end with the code for a wrong option."""
        self.exit(ExitCode.usage, f"ERROR: {visible(message)}; see {self.prog} --help\n")


def _names(*parts: Part) -> list[str]:
    return [each.name for each in declared(*parts)]


def options_of(arguments: Arguments, names: Sequence[str]) -> Options:
    """What was given on the command line, else in the environment."""
    given = {name: value for name, value in from_environment(os.environ).items() if name in names}
    return Options.of(given | {name: value for name, value in arguments.items() if name in names})


def _run(arguments: Arguments, commands: CommandLine) -> int:
    from contract_tests.session.signals import interrupting

    with interrupting():  # from now on, to the last report
        from contract_tests.client.connection import warnings
        from contract_tests.report import files
        from contract_tests.session.prepared import Prepared
        from contract_tests.session.run import run_prepared

        options = options_of(arguments, _names())
        folder = files.prepare(options.report_dir)
        prepared = Prepared.of(options, os.environ, folder)
        for line in warnings(target for test in prepared.tests for target in test.server.targets):
            sys.stderr.write(f"WARNING: {visible(line)}\n")
        result = run_prepared(prepared, sys.stderr, commands.rerun(options))
        return conclude(result, folder, commands, arguments, commands.rerun(result.options))


def conclude(
    result: Any,  # noqa: ANN401 - imported late
    folder: Path,
    commands: CommandLine,
    arguments: Arguments,
    rerun: str,
) -> int:
    """Write the reports, print the verdicts, and return the exit code.

    Args:
        result: The run.
        folder: Where the reports go.
        commands: How the user calls the suite.
        arguments: Whether GitHub is told.
        rerun: The command that judges one requirement again; `{}` stands for its id.
    """
    from contract_tests.report import files, terminal

    report, results = files.write(folder, result, rerun), result.results
    _print(*(f"{text}\n" for text in terminal.causes(report)))
    if lines := terminal.baseline_lines(results):
        _print("For a baseline, if these failures are known:", *lines, "")
    _print(*terminal.summary(results, folder), *terminal.servers(report), terminal.verdict_line(report))
    if arguments.get("github"):
        _tell_github(report)
    for line in terminal.errors(results.error, result.finish_commands(commands)):
        sys.stderr.write(f"{line}\n")
    return int(result.exit_code)


def _tell_github(report: Any) -> None:  # noqa: ANN401 - JSON
    from contract_tests.report import github

    _print(*github.commands(report))
    if path := os.environ.get(github.SUMMARY_VARIABLE):
        try:
            github.append_summary(Path(path), report)
        except OSError as error:
            _print(f"the summary of the job was not written: {error.strerror}")


def _plan(arguments: Arguments, _: CommandLine) -> int:
    from contract_tests.contract import CONTRACT
    from contract_tests.plan import part
    from contract_tests.plan.listing import lines, totals
    from contract_tests.target.servers import choose_servers

    options = options_of(arguments, COMMANDS["plan"].options)
    for server in choose_servers(options):
        targets = server.targets
        parts = [part(CONTRACT, target, number, len(targets)) for number, target in enumerate(targets)]
        steps = [step for steps in parts for step in steps]
        written = ", ".join(targets[0].writable(CONTRACT)) or "nothing"
        _print(*lines(steps), "", *totals(steps, CONTRACT), f"None of them was sent. Written to: {written}.")
    return ExitCode.ok


def _judge(arguments: Arguments, commands: CommandLine) -> int:
    from contract_tests.report import files
    from contract_tests.session.run import run_again

    options, records = options_of(arguments, COMMANDS["judge"].options), [Path(file) for file in arguments["record"]]
    result = run_again(records, options)
    folder = files.prepare(str(arguments.get("report_dir") or records[0].parent / "judged"))
    return conclude(result, folder, commands, arguments, commands.rerun(result.options))


def _merge(arguments: Arguments, _: CommandLine) -> int:
    from contract_tests.report import merge, terminal

    options = options_of(arguments, COMMANDS["merge"].options)
    code = merge.main([Path(folder) for folder in arguments["folders"]], options.report_dir)
    report = document_of(options.report_dir)
    _print(*terminal.servers(report), terminal.verdict_line(report))
    return code


def document_of(folder: str) -> Any:  # noqa: ANN401 - imported late
    """The report in a folder."""
    from contract_tests.report import document

    return document.read(Path(folder))


def _compare(arguments: Arguments, _: CommandLine) -> int:
    from contract_tests.report import compare

    before, after = Path(arguments["before"]), Path(arguments["after"])
    return compare.main(before, after, as_markdown=arguments["markdown"])


def _metrics(arguments: Arguments, _: CommandLine) -> int:
    from contract_tests.report import metrics

    return metrics.main(Path(arguments["file"]))


def _restore(arguments: Arguments, commands: CommandLine) -> int:
    from contract_tests.session.restoring import left_changed, restore

    options = options_of(arguments, COMMANDS["restore"].options)
    if not (options.base_url or options.targets):
        return _list_left_changed(left_changed(options), options, commands)
    failed = False
    for target, entry, message in restore(options, os.environ):
        where = f"extension {target.extension_id} of {target.base_url}"
        _print(f"ERROR: {visible(message)}" if message else f"{where} has the values of {entry.started} again")
        failed |= bool(message)
    return ExitCode.not_restored if failed else ExitCode.ok


def _list_left_changed(entries: Any, options: Options, commands: CommandLine) -> int:  # noqa: ANN401 - imported late
    """Name each extension that a run left changed, with the command that restores it."""
    if not entries:
        _print("nothing to restore")
        return ExitCode.ok
    for entry in entries:
        _print(
            f"the run of {entry.started} left extension {entry.extension_id} of {entry.base_url} changed; restore it:",
            f"  {commands.restore(entry.base_url, entry.extension_id, options.state_dir)}",
        )
    raise UsageError("name the extension to restore, with --base-url and --extension-id")


def _recording(arguments: Arguments, _: CommandLine) -> int:
    from contract_tests.call_recording.check import check

    return check(Path(arguments["file"]), arguments["format"], arguments["stereo"])


FOLDER = Path(__file__).resolve().parents[1]


def _load(command: str, words: Sequence[str], commands: CommandLine) -> NoReturn:
    """Go on in the package of load runs, which knows the suite; the suite does not know it.

    Raises:
        UsageError: It is not there.
    """
    package = next(
        (name for name in ("load", "phone_properties_load") if (FOLDER / name / "__main__.py").is_file()), ""
    )
    if not package:
        raise UsageError("load runs are not a part of this copy of the suite")
    os.environ[CALLED_AS] = commands.program
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(FOLDER), os.environ.get("PYTHONPATH"))))
    # A process of its own, since Locust changes the standard library; -P: a `load` in the current folder is another's.
    os.execv(sys.executable, [sys.executable, "-P", "-m", package, command, *words])  # noqa: S606 - no shell


def _in_a_process_of_its_own(_: Arguments, __: CommandLine) -> int:
    raise AssertionError("`main` does not come here")


def _github_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--github", action="store_true", help="print annotations and write the job summary of GitHub Actions"
    )


def _judge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "record",
        nargs="+",
        help="file that a run wrote: record.har in the folder of its reports; one for each extension",
    )
    _github_argument(parser)


def _recording_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="call recording")
    parser.add_argument("--format", required=True, help="value of record_format when the call was recorded: mp3 or wav")
    parser.add_argument(
        "--stereo", required=True, help="value of record_stereo when the call was recorded: true or false (or yes, no)"
    )


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help="conformance.json of the earlier run, or the folder that holds it")
    parser.add_argument("after", metavar="B", help="the same for the later run")
    parser.add_argument("--markdown", action="store_true", help="print Markdown, for a pull request")


COMMANDS: Mapping[str, Command] = {
    "run": Command("test a server, and write the reports", _run, _names(), _github_argument),
    "plan": Command("print the planned requests, and send none of them", _plan, [*_names(Part.target), "targets"]),
    "judge": Command(
        "judge the record of an earlier run again, without the server",
        _judge,
        ["only", "baseline", "report_dir"],
        _judge_arguments,
    ),
    "compare": Command("print what differs between the reports of two runs", _compare, (), _compare_arguments),
    "merge": Command(
        "join the reports of the parts of a fleet",
        _merge,
        ["report_dir"],
        lambda parser: parser.add_argument(
            "folders", nargs="+", metavar="DIR", help="folder of the reports of one part"
        ),
    ),
    "metrics": Command(
        "print a report as metrics for Prometheus",
        _metrics,
        (),
        lambda parser: parser.add_argument("file", help="conformance.json, or the folder that holds it"),
    ),
    "restore": Command(
        "restore original values that a run could not restore",
        _restore,
        ["base_url", "extension_id", "targets", *_names(Part.access), "timeout", "state_dir"],
    ),
    "load": Command("put a server under load, on Locust", _in_a_process_of_its_own),
    "load-worker": Command("send a part of the requests of a load run", _in_a_process_of_its_own),
    "recording": Command(
        "check that a call recording has the format of the contract",
        _recording,
        (),
        _recording_arguments,
    ),
}


OF_LOAD = (["load"], ["load-worker"])


def _parser(program: str) -> argparse.ArgumentParser:
    parser = Parser(prog=program, description=ABOUT)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name, command in COMMANDS.items():
        each = commands.add_parser(name, help=command.help, description=command.help, allow_abbrev=False)
        add_to(each, [option for option in declared() if option.name in command.options])
        command.add_arguments(each)
    return parser


def _refuse_empty(arguments: Arguments) -> None:
    """Refuse a file that is named by an empty text, as make passes a variable that is not given."""
    for name, value in arguments.items():
        if value in ("", [""]) and name not in _names():
            raise UsageError(f"{name.upper()} is missing: name a file")


def _print(*lines: str) -> None:
    # A terminal that cannot show what a server answered must not end this with a traceback.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.writelines(f"{line}\n" for line in lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    commands = CommandLine.of(sys.argv[0], os.environ)
    program = "phone-contract" if commands.program == "make" else commands.program
    words = [*(sys.argv[1:] if argv is None else argv)]
    arguments = {} if words[:1] in OF_LOAD else vars(_parser(program).parse_args(words))
    name = arguments.pop("command", "")
    try:
        if words[:1] in OF_LOAD:
            _load(words[0], words[1:], commands)
        _refuse_empty(arguments)
        return COMMANDS[name].main(arguments, commands)
    except UsageError as error:
        sys.stderr.write(f"ERROR: {visible(str(error))}\n")
        if isinstance(error, UnfinishedError):
            command = commands.restore(error.base_url, error.extension_id, arguments.get("state_dir", ""))
            sys.stderr.write(f"       restore it: {command}\n")
        return ExitCode.usage


if __name__ == "__main__":
    sys.exit(main())
