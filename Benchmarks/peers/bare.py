#!/usr/bin/env python3
"""How fast Redis is when nothing but the scripts has to be run: records the commands of a drain (MONITOR), then sends the same
commands to the same data again with redis-cli --pipe, all at once, and compares with drains that nobody listens to.
usage: bare.py [JOBS [REPETITIONS]]; PEER_BIN as for mainspring.py. Needs redis-server and redis-cli."""
import json, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.realpath(os.environ.get("PEER_BIN", os.path.join(HERE, "..", ".build", "release", "Peer")))
JOBS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
REPETITIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
CONCURRENCY = os.environ.get("CONC", "200")
WORK = tempfile.mkdtemp(prefix="mainspring-bare-")
PORT = int(os.environ.get("BASE_PORT", "7300"))
# What the scripts count; the same after a replay as after the drain.
COUNTERS = "{bench}:n"


def cli(*words, **more):
    return subprocess.run(["redis-cli", "-p", str(PORT), *words], capture_output=True, text=True, check=True, **more).stdout


class Server:
    def __init__(self, data):
        self.data = data
        os.makedirs(data, exist_ok=True)
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(PORT), "--bind", "127.0.0.1", "--dir", data, "--save", "", "--appendonly", "yes",
             "--appendfsync", "everysec", "--loglevel", "warning"], stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                if cli("PING").strip() == "PONG": return
            except subprocess.CalledProcessError: pass
            time.sleep(0.02)
        sys.exit("redis-server did not start")

    def end(self):
        self.process.kill()
        self.process.wait()


def environment(folder):
    os.makedirs(folder, exist_ok=True)
    return {**os.environ, "BENCH_DIR": folder, "REDIS_PORT": str(PORT), "CONC": CONCURRENCY}


def drain(folder):
    """Jobs a second, from the first start to the last."""
    worker = subprocess.Popen([BIN, "worker"], env=environment(folder))
    count, deadline = 0, time.time() + 240
    while count < JOBS and time.time() < deadline:
        time.sleep(0.02)
        for name in os.listdir(folder):
            if name.startswith("stat."): count, first, last = map(int, open(f"{folder}/{name}").read().split())
    # The last ends are written a moment after the last start.
    time.sleep(0.5)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    if count < JOBS: sys.exit(f"only {count} of {JOBS} ran")
    return JOBS / ((last - first) / 1e9)


WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|.)", re.S)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


def unescaped(text):
    return ESCAPE.sub(lambda m: bytes([int(m[1][1:], 16)]) if len(m[1]) == 3 else PLAIN.get(m[1], m[1]), text.encode("latin-1"))


def commands(log):
    for line in open(log, encoding="latin-1"):
        head, _, rest = line.partition("] ")
        if not rest or " lua" in head or "[" not in head: continue
        words = [unescaped(m[1]) for m in WORD.finditer(rest)]
        # Connections are this script's own business.
        if words[0].upper() in (b"HELLO", b"AUTH", b"SELECT", b"SUBSCRIBE", b"MONITOR", b"PING", b"CLIENT", b"HGETALL"): continue
        yield b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


def counters(): return sorted(zip(*[iter(cli("HGETALL", COUNTERS).split("\n"))] * 2))


try:
    start = f"{WORK}/start"
    server = Server(start)
    subprocess.run([BIN, "produce", "noopbulk", str(JOBS)], env=environment(f"{WORK}/produce"), check=True, stdout=subprocess.DEVNULL)
    server.end()

    shutil.copytree(start, f"{WORK}/record")
    server = Server(f"{WORK}/record")
    log = open(f"{WORK}/monitor", "wb")
    monitor = subprocess.Popen(["redis-cli", "-p", str(PORT), "MONITOR"], stdout=log)
    time.sleep(0.3)
    drain(f"{WORK}/recorded")
    monitor.terminate()
    monitor.wait()
    wanted = counters()
    server.end()
    stream = list(commands(log.name))
    open(f"{WORK}/stream", "wb").write(b"".join(stream))

    drained, bare, shares = [], [], []
    for repetition in range(REPETITIONS):
        for folder in (f"{WORK}/run", f"{WORK}/ran"): shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, f"{WORK}/run")
        server = Server(f"{WORK}/run")
        drained.append(drain(f"{WORK}/ran"))
        server.end()
        shutil.rmtree(f"{WORK}/run")
        shutil.copytree(start, f"{WORK}/run")
        server = Server(f"{WORK}/run")
        begun = time.time()
        subprocess.run(["redis-cli", "-p", str(PORT), "--pipe"], stdin=open(f"{WORK}/stream", "rb"), stdout=subprocess.DEVNULL, check=True)
        bare.append(JOBS / (time.time() - begun))
        if counters() != wanted: sys.exit(f"the replay did not do what was recorded: {counters()} for {wanted}")
        server.end()
        shares.append(drained[-1] / bare[-1])
    print(json.dumps({
        "jobs": JOBS, "concurrency": int(CONCURRENCY), "commands": len(stream), "commands_per_job": round(len(stream) / JOBS, 3),
        "bytes_per_job": round(sum(map(len, stream)) / JOBS), "drained_jobs_s": round(statistics.median(drained)),
        "bare_jobs_s": round(statistics.median(bare)), "share": round(statistics.median(shares), 2),
        "share_from_to": [round(min(shares), 2), round(max(shares), 2)]}))
finally:
    try: server.end()
    except Exception: pass
    shutil.rmtree(WORK, ignore_errors=True)
