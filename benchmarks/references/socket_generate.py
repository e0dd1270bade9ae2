"""An answer by a bare socket: the least that Python can do, with no error looked for."""

import json
import os
import sys
from _socket import AF_INET, SOCK_STREAM, socket

host, _, port = os.environ["OLLAMA_HOST"].rpartition("/")[2].partition(":")
body = json.dumps({"model": sys.argv[1], "prompt": "hi"}).encode()
connection = socket(AF_INET, SOCK_STREAM)
connection.connect((host, int(port)))
head = b"POST /api/generate HTTP/1.1\r\nHost: stub\r\nContent-Length: %d\r\n\r\n" % len(body)
connection.send(head + body)
data = b""
while (end := data.find(b"\r\n\r\n")) < 0:
    data += connection.recv(65536)
data = data[end + 4 :]
decode = json.JSONDecoder().raw_decode
size = 1
while size:
    position, texts = 0, []
    while (newline := data.find(b"\r\n", position)) >= 0:
        size = int(data[position:newline], 16)
        start, after = newline + 2, newline + size + 4
        if not size or after > len(data):
            break
        texts.append(decode(data[start : after - 2].decode())[0]["response"])
        position = after
    sys.stdout.write("".join(texts))
    sys.stdout.flush()
    data = data[position:]
    if size:
        data += connection.recv(65536)
