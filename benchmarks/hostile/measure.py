#!/usr/bin/env python3
"""Runs the built command on costly files, with every verb, and writes what each run takes as a table.

    measure.py [--only TEXT] [--verbs scan,verify] [--output FILE] FOLDER...

A cell has the exit code, processor seconds, which other work on the machine does not change, and the peak of resident
memory. A run that is not done after 20 s, or that waits, is ended. Cells over the bound are bold.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COMMAND = os.path.join(HERE, "../../artifacts/bin/Torchkeep.Cli/release/Torchkeep.Cli.dll")
VERBS = {
    "inspect": ["inspect", "IN"],
    "inspect --all": ["inspect", "--all", "IN"],
    "inspect --json": ["inspect", "--json", "IN"],
    "inspect --hash": ["inspect", "--hash", "IN"],
    "inspect --modules": ["inspect", "--modules", "IN"],
    "verify": ["verify", "IN"],
    "verify --values": ["verify", "--values", "IN"],
    "scan": ["scan", "IN"],
    "convert zip": ["convert", "IN", "OUT.pt"],
    "convert legacy": ["convert", "IN", "OUT.bin", "--to", "legacy"],
    "convert safetensors": ["convert", "IN", "OUT.safetensors"],
    "convert --compact": ["convert", "IN", "OUT.pt", "--compact"],
    "scaffold": ["scaffold", "IN"],
}
MAX_WAIT = 20
GOOD_SECONDS, GOOD_MEGABYTES = 2.0, 300


def run(arguments):
    """Exit code, processor seconds, megabytes, first line that was said; the code is None where it was ended."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(["dotnet", COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(MAX_WAIT)
        _, status, usage = os.wait4(child.pid, 0)
        signal.alarm(0)
        seconds = usage.ru_utime + usage.ru_stime
        child.returncode = 0
        said.seek(0)
        line = said.readline().decode(errors="replace").strip()
        code = os.waitstatus_to_exitcode(status)
        return (None if code == -signal.SIGKILL else code), seconds, usage.ru_maxrss / 1024, line


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--only", default="")
    options.add_argument("--verbs", default="")
    options.add_argument("--output")
    options.add_argument("folders", nargs="+")
    options = options.parse_args()
    verbs = {verb: words for verb, words in VERBS.items() if not options.verbs or verb in options.verbs.split(",")}
    rows, bad = [], []
    for folder in options.folders:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if options.only not in name or name == "fifo" or name == "zero":
                continue
            cells = []
            for verb, words in verbs.items():
                out = tempfile.mkdtemp()
                code, seconds, megabytes, line = run([path if word == "IN" else word.replace("OUT", os.path.join(out, "out")) for word in words])
                written = sum(os.path.getsize(os.path.join(out, file)) for file in os.listdir(out))
                shutil.rmtree(out)
                is_bad = code not in (0, 1, 2) or seconds > GOOD_SECONDS or megabytes > GOOD_MEGABYTES
                cell = f"{'ended' if code is None else code} {seconds:.2f} s {megabytes:.0f} MB"
                if written > 1 << 20 and written > os.path.getsize(path) * 2:
                    cell += f" {written >> 20} MiB out"
                cells.append(f"**{cell}**" if is_bad else cell)
                if is_bad:
                    bad.append(f"{name}, {verb}: {cell}: {line[:160]}")
                    print(bad[-1], file=sys.stderr, flush=True)
            rows.append(f"| {name} | {os.path.getsize(path):,} | {' | '.join(cells)} |")
    table = "\n".join([f"| file | bytes | {' | '.join(verbs)} |", "|---|---|" + "---|" * len(verbs), *rows])
    if options.output:
        with open(options.output, "w") as output:
            output.write(f"{table}\n")
    print(f"{len(rows)} files, {len(rows) * len(verbs)} runs, {len(bad)} over the bound ({GOOD_SECONDS:.0f} s, {GOOD_MEGABYTES} MB)")


if __name__ == "__main__":
    main()
