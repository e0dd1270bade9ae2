"""Tokens written to a terminal one by one, each with a flush."""

import json
import sys
import time

from benchmarks.stub import bodies
from benchmarks.stub.wishes import read_wish

tokens = list(bodies.tokens(read_wish(sys.argv[1])))
write, flush = sys.stdout.write, sys.stdout.flush
started = time.process_time()
for token in tokens:
    write(token)
    flush()
print(json.dumps({"cpu_inside": time.process_time() - started}), file=sys.stderr)
