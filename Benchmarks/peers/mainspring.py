#!/usr/bin/env python3
"""Runs the peers harness with Mainspring as one more entry.
usage: mainspring.py WORKLOAD PEER[,PEER] [the options of bench.py]
PEERS_TOOLS is the folder of the harness; PEER_BIN the built `Peer` (else it is looked for where release builds go)."""
import os, runpy, sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.environ.get("PEERS_TOOLS", os.path.join(HERE, "..", "..", "..", "shared", "tools", "peers"))
BIN = os.environ.get("PEER_BIN", os.path.join(HERE, "..", ".build", "release", "Peer"))
if not os.path.exists(os.path.join(TOOLS, "bench.py")):
    sys.exit(f"the peers harness is not in {TOOLS}: set PEERS_TOOLS")
if not os.access(BIN, os.X_OK):
    sys.exit(f"there is no {BIN}: build it with\n  swift build -c release --package-path Benchmarks --product Peer")
BIN = os.path.realpath(BIN)

sys.path.insert(0, TOOLS)
import peers

peers.PEERS["mainspring"] = dict(
    cwd="/tmp", producer=[BIN, "produce"], conc=200, conc6=10, conc8=50, n=100_000, n2=10_000, sleepers=10000,
    worker=lambda run: [[BIN, "worker"]] * run.procs)
# bench.py leaves the reliability workloads to its entry without hiredis; asked for by name, this one runs them too.
peers.PEERS["sidekiq-hiredis"].pop("workloads", None)
sys.argv[0] = os.path.join(TOOLS, "bench.py")
runpy.run_path(sys.argv[0], run_name="__main__")
