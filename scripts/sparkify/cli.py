"""The command line: every option of every command. What they do is imported when a command runs."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sparkify.bench.contestants import CONTESTANTS
from sparkify.bench.inputs import INPUTS
from sparkify.cluster.ports import LOOPBACK
from sparkify.simulate.settings import Settings as Simulation

LOOK: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
ENGINES = "spark,thrift,trino"

lake = click.option("--lake", help="Folder or s3 URI of the tables (default: SPARKIFY_LAKE, or lake/).")
raw = click.option("--raw", help="Folder or s3 URI with log_data/ and song_data/ (default: SPARKIFY_RAW, or raw/).")


def main(argv: list[str] | None = None) -> int:
    """Run one command line, this process's own by default.

    The exit code: 0 if it did what was asked, 1 if something failed, 2 for what the user can mend, 130 if interrupted.
    """
    argv = sys.argv[1:] if argv is None else argv
    # A link in scripts/ is called by its own name.
    typed = os.environ.pop("SPARKIFY_CALLED_AS", None)
    command = sparkify.commands[argv.pop(0)] if typed else sparkify
    try:
        return command.main(argv, typed or "sparkify", standalone_mode=False, **LOOK) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Interrupted. Every table is as its last commit left it; run the command again to go on.", err=True)
        return 130


@click.group()
def sparkify() -> None:
    """Raw JSON of a music service to a tested star schema in Iceberg tables.

    Each command has --help. Completion: eval "$(_SPARKIFY_COMPLETE=bash_source sparkify)", or zsh_source.
    """
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")


@sparkify.command()
@raw
@lake
@click.option("--force", is_flag=True, help="Build and test even if nothing is new since a run that passed.")
@click.option("--all", "is_all", is_flag=True, help="Show the tables that others are made from, too.")
def run(raw: str | None, lake: str | None, force: bool, is_all: bool) -> int:
    """Build, test and document the tables; then a report and a summary.

    Without --raw and SPARKIFY_RAW it simulates a small month of data first, some of it dirty. The tests are those of
    data; unit tests, which are of the project's code, run with `dbt build`.
    """
    from sparkify.run import run

    return run(raw, lake, force=force, with_staging=is_all)


@sparkify.command()
@click.argument("question")
@lake
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "csv", "json")),
    default="table",
    show_default=True,
    help="How to print the answer: a table has rounded numbers, csv and json have all rows and digits.",
)
@click.option("--limit", default=100, show_default=True, help="Rows of a table that are shown.")
def query(question: str, lake: str | None, form: str, limit: int) -> int:
    """Answer one SQL QUESTION over a lake, without a server. Nothing can be changed.

    For example: sparkify query "select level, count(*) from songplays group by level"
    """
    from sparkify.query import query

    return query(question, lake, form, limit)


@sparkify.command()
@lake
@click.option("--output", help="The file to write (default: report.html in the lake).")
def report(lake: str | None, output: str | None) -> None:
    """Make one HTML page of answers: behaviour, artists, sessions, recommendations, marketing.

    The page holds its pictures and their data; it needs no server, no network and no script.
    """
    from sparkify import settings
    from sparkify.report import report

    places = settings.resolve(lake=lake)
    to = report.place(places) if output is None else Path(settings.from_caller(output))
    report.write(places, to)
    click.echo(to)


@sparkify.command()
@click.argument("user", type=int)
@raw
@lake
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(user: int, raw: str | None, lake: str | None, yes: bool) -> int:
    """Remove a USER, by user_id, from every table and file of the lake, for good.

    Shows what it would delete and asks first. Later runs and full refreshes leave the user out, too. Raw files are not
    changed; those that hold rows of the user are named. Nobody can go back to older snapshots of the tables afterwards,
    as these are deleted too. No run may be under way.
    """
    from sparkify.erase import erase

    return erase(user, raw, lake, yes)


@sparkify.command()
@lake
@click.option("--list", "is_list", is_flag=True, help="Show the runs that can be restored, the newest first.")
@click.option("--run", "run_id", help="Id of the run whose tables come back, as --list shows it.")
def restore(lake: str | None, is_list: bool, run_id: str | None) -> None:
    """Put every table of the lake back to what it was after an earlier run.

    Runs can be restored as long as their snapshots are there (`sparkify maintain --help` says how long). Raw files that
    arrived since then are built in again by the next run: take away or correct what was wrong with them first. No run
    may be under way.
    """
    from sparkify.restore import restore, show

    if is_list == bool(run_id):
        raise click.UsageError("Give --list, or --run with one of its ids.")
    if run_id:
        restore(lake, run_id)
    else:
        show(lake)


@sparkify.command()
@lake
@click.option("--keep", type=click.IntRange(min=1), default=10, show_default=True, help="Runs that stay.")
@click.option(
    "--hours",
    type=click.FloatRange(min=1),
    default=24,
    show_default=True,
    help="What is younger stays; a run that is longer under way loses files.",
)
def maintain(lake: str | None, keep: int, hours: float) -> int:
    """Expire old snapshots, join small files, and delete files that no snapshot needs.

    The newest runs stay, and so does whatever is younger than --hours: `sparkify restore` can go back to them, and who
    reads an older snapshot has its files. `sparkify run` does all this by itself when it is worth it. Tables with many
    small files in one partition are written anew by Spark; all else needs no Spark.
    """
    from sparkify import settings
    from sparkify.maintain import maintain

    return 0 if maintain(settings.resolve(lake=lake), keep, hours) else 1


@sparkify.command()
@lake
@click.option("--to", required=True, metavar="DIR", help="Where to write: a folder or an s3 URI.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Another table or view; may be repeated.")
def export(lake: str | None, to: str, tables: tuple[str, ...]) -> int:
    """Write the star as plain parquet, a folder a table, for readers that know no Iceberg.

    A folder is replaced whole when all its new files are there; whoever stops this program leaves the old files or the
    new ones. S3 can't rename folders: who lists one there in the moment in which its files are exchanged sees old and
    new ones, and so does everybody after a stop in that moment, until the next export.
    """
    from sparkify.export import export

    return export(lake, to, tables)


@sparkify.command()
@lake
def adopt(lake: str | None) -> None:
    """Take over a lake that was copied, moved or renamed, at the place where it is now.

    Iceberg's metadata and the catalog hold whole paths. This command writes them anew; data files and snapshots stay as
    they are. Nothing is written outside the lake that is named: the one that it was copied from stays as it is.

    A lake on S3: copy its objects, and its catalog (.catalog/s3/BUCKET/PREFIX/catalog.db in the project) to the new
    bucket and prefix, too.
    """
    from sparkify import settings
    from sparkify.adopt import adopt

    places = settings.resolve(lake=lake)
    if old := adopt(places.lake, places.schema):
        click.echo(f"{places.lake} is the place of its tables now, and no longer {old}.")
    else:
        click.echo(f"{places.lake} is where it was made; there is nothing to do.")


@sparkify.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new or empty folder, or one to replace.")
@click.option("--seed", default=Simulation.seed, show_default=True, help="Another number, other data.")
@click.option(
    "--start", type=click.DateTime(["%Y-%m-%d"]), default=str(Simulation.start), show_default=True, help="First day."
)
@click.option("--days", default=Simulation.days, show_default=True, help="Number of days.")
@click.option(
    "--users", default=Simulation.users, show_default=True, help="Users; those who seldom come may not show up at all."
)
@click.option("--songs", default=Simulation.songs, show_default=True, help="Songs with a metadata file.")
@click.option(
    "--events", default=Simulation.events, show_default=True, help="Log rows, before dirty ones are mixed in."
)
@click.option(
    "--dirty",
    default=Simulation.dirty,
    show_default=True,
    help="Rows to spoil for each clean row, 0 to 1, of all kinds.",
)
@click.option(
    "--catalogue",
    default=Simulation.catalogue,
    show_default=True,
    help="Share of plays, 0 to 1, whose song has a metadata file.",
)
def simulate(start: datetime, **options: Any) -> None:
    """Write invented event logs and song files that look like the real ones.

    The same two folder trees (log_data, song_data), the same fields, the same habits. The same arguments always give
    the same bytes. What was written is counted in _simulated.json beside the two trees.

    A load test: sparkify simulate --out big --days 365 --users 20000 --songs 12000 --events 10000000
    """
    from sparkify.simulate.simulate import simulate

    click.echo(simulate(Simulation(start=start.date(), **options)))


@sparkify.group()
def cluster() -> None:
    """A small Spark cluster on this machine: master, workers, and a Thrift Server for dbt.

    Start it, and build with it: eval "$(sparkify cluster start)" && dbt build
    """


folder = click.option("--folder", help="Where logs and state are: one folder for each cluster (default: .cluster).")


@cluster.command()
@folder
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="How many workers.")
@click.option("--worker-cores", type=click.IntRange(min=1), help="Cores for each (default: the machine's, shared out).")
@click.option("--worker-memory", default="1g", show_default=True, help="Memory for the executor of each.")
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Address that the Thrift Server listens on. Any other than this machine's own lets everybody who reaches it "
    "read and change the lake; master and workers keep to this machine.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=10000, show_default=True, help="Its port; 0: any.")
@click.option("--master-port", type=click.IntRange(0, 65535), default=0, help="Port of the master (default: any).")
@lake
@click.option(
    "--catalog",
    metavar="URL",
    help="Where the catalog of tables is: in PostgreSQL, which serves several servers, by a URL such as "
    "jdbc:postgresql://127.0.0.1:5432/catalog, with SPARKIFY_CATALOG_USER and SPARKIFY_CATALOG_PASSWORD in the "
    "environment (default: SPARKIFY_CATALOG_URI, or an SQLite file: catalog.db in a local lake, below .catalog/ for "
    "one on S3).",
)
@click.option(
    "--ldap-url",
    metavar="URL",
    help="Let in who has a password in this directory, such as ldaps://directory:636 (default: everybody). The start "
    "itself asks with SPARKIFY_THRIFT_USER and DBT_ENV_SECRET_THRIFT_PASSWORD.",
)
@click.option(
    "--ldap-people", metavar="DN", help="Under which name it has users by uid, such as ou=people,dc=example,dc=com."
)
def start(**options: Any) -> None:
    """Start it, wait until it answers, and print the variables by which dbt finds it.

    SPARKIFY_DRIVER_MEMORY is the memory of the Thrift Server (default: 2g). For raw data on S3, SPARKIFY_RAW must say
    so before the start, as Spark needs a client for S3 then.
    """
    from sparkify.cluster import commands

    commands.start_cluster(**options)


@cluster.command()
@folder
def status(folder: str | None) -> int:
    """Show how each of its processes is; exit code 1 if not all is well."""
    from sparkify.cluster.commands import folder_of
    from sparkify.cluster.status import status

    return 0 if status(folder_of(folder)) else 1


@cluster.command()
@folder
@click.option("--lines", type=click.IntRange(min=1), default=10, show_default=True, help="How many of each.")
def logs(folder: str | None, lines: int) -> None:
    """Show where the logs are and how they end."""
    from sparkify.cluster.commands import folder_of
    from sparkify.cluster.status import logs

    logs(folder_of(folder), lines)


@cluster.command()
@folder
def stop(folder: str | None) -> None:
    """Stop it; the logs stay."""
    from sparkify.cluster import commands

    commands.stop_cluster(commands.folder_of(folder))


@sparkify.command()
@raw
@click.option(
    "--engines",
    default=ENGINES,
    show_default=True,
    help="Some of spark, thrift, trino, athena, with a comma between them; all are compared with the first.",
)
@click.option("--s3", help="An empty place for athena: raw files, tables and results stay there.")
@click.option("--no-tests", is_flag=True, help="Build tables only.")
@click.option("--keep", help="A folder, not there yet, for the lakes and logs; they are deleted otherwise.")
def compare(raw: str | None, engines: str, s3: str | None, no_tests: bool, keep: str | None) -> int:
    """Build the project on several engines from one raw folder, and compare every table that people read.

    Each engine builds twice: first without a tenth of the raw files, the last by their names, which then arrive. For
    each model: its rows and the beginning of its hash on each engine, and whether they are equal, or else the first
    rows that only one engine has. Spark, a cluster and Trino are started and stopped by the command; the lakes are
    built in a scratch folder. Athena is the one that the AWS chain finds, and builds below a place on S3, in the schema
    sparkify_compare of its catalog.
    """
    from sparkify.compare.compare import compare

    return compare(raw, engines, s3, no_tests, keep)


@sparkify.command()
@click.option("--inputs", multiple=True, type=click.Choice(list(INPUTS)), default=("songs-71", "songs-1943"))
@click.option("--contestants", multiple=True, type=click.Choice(list(CONTESTANTS)), default=list(CONTESTANTS))
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option("--shared", type=click.Path(path_type=Path), help="Folder with the real log_data and song_data.")
@click.option("--scratch", type=click.Path(path_type=Path), help="Folder for raw data and tables (default: temporary).")
@click.option("--out", type=click.Path(path_type=Path), default="bench", help="Folder for bench.csv and bench.svg.")
def bench(**options: Any) -> None:
    """Measure this project side by side with a plain PySpark job, DuckDB, and the least that Spark can do.

    Whole processes from a cold start, in turns, so that what else happens on the machine meets them all. Prints medians
    and their ratios to the plain job; writes every round as CSV, and a picture. The biggest input takes 8 GB and an
    hour. --inputs and --contestants may be repeated.
    """
    from sparkify.bench.compare import compare

    compare(**options)


@sparkify.command()
@click.option("--days", multiple=True, type=int, default=(36, 365), show_default=True, help="Days of each lake.")
@click.option("--scratch", type=click.Path(path_type=Path), help="Folder for raw data and lakes (default: temporary).")
def bench_increment(days: tuple[int, ...], scratch: Path | None) -> None:
    """Measure what one more day of logs costs, on a lake of a month and on one of a year.

    Each lake is simulated without its last day and built in full; then the last day comes. CPU seconds of dbt and its
    JVM. Writes some 6 GB to a scratch folder, which is removed, and takes a quarter of an hour.
    """
    from sparkify.bench.increment import increment

    increment(days, scratch)


@sparkify.command()
@click.option("--fix", is_flag=True, help="Mend what ruff and sqlfluff can mend by themselves, and report the rest.")
def lint(fix: bool) -> int:
    """Check style, types, names and layers, without running anything; needs neither Java nor a network.

    One line per tool: its seconds, and `ok` or what it found. User settings (profiles.yml, DBT_... and SPARKIFY_...
    variables) make no difference, and no file of the project changes unless --fix is given.
    """
    from sparkify.lint import lint

    return lint(fix)


@sparkify.command(context_settings={"ignore_unknown_options": True})
@click.option("--all", "is_all", is_flag=True, help="Run every test, as CI does, not the quick ones alone.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(is_all: bool, pytest_arguments: tuple[str, ...]) -> int:
    """Lint the project, then run its quick tests, two files at a time; the slowest are listed.

    The quick ones are those of the code, and of the tables of the real data. --all adds other engines, S3, a cluster,
    kills, browsers. If lint finds something, no test is run.

    With arguments of pytest it runs pytest alone, on every test that they choose. Paths are relative to the project.

    \b
    sparkify test -k songs                        tests with songs in their name
    sparkify test tests/python/test_oracle.py     one file
    sparkify test -x --lf                         what failed last time, up to the first failure
    """
    from sparkify import environment, settings
    from sparkify.lint import lint

    environment.prepare()
    os.chdir(settings.PROJECT)
    if not pytest_arguments:
        if lint(fix=False):
            click.echo("No test was run; 'sparkify test tests/python' runs them without lint.", err=True)
            return 1
        chosen = () if is_all else ("-m", "not slow")
        pytest_arguments = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *chosen)
    return subprocess.call([sys.executable, "-m", "pytest", *pytest_arguments])


@sparkify.command()
@click.option("--s3", is_flag=True, help="The client for S3 as well (18 MB).")
def prepare(s3: bool) -> None:
    """Get what a first run needs beside the packages: Java, Iceberg's jars, profiles.yml."""
    from sparkify import environment

    environment.prepare(with_s3=s3)


if __name__ == "__main__":
    sys.exit(main())
