"""The program behind `pythonReceive`: what python3-websockets 10.4 makes of streams.

Each line of its input is a JSON array of cases `[role, max_size, stream, sizes, bits]`:
the stream in base64, the sizes of the chunks that it comes in or `null` for bytes, and
for compressed messages the bits of the peer's window. Each line of its output is the
array of their verdicts `[events, failure, why]`. Its engine gives frames, so messages
are joined and text is decoded here, as its own shells do it.
"""

import base64
import json
import sys

from websockets.connection import Connection, Side
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Opcode

CONTROL = {Opcode.PING: "ping", Opcode.PONG: "pong"}


class Reference:
    """The frames of one stream, as messages."""

    def __init__(self, role, max_size, bits):
        side = Side.CLIENT if role == "client" else Side.SERVER
        self.connection = Connection(side, max_size=max_size)
        if bits is not None:
            self.connection.extensions = [PerMessageDeflate(False, False, bits, 15)]
        self.events = []
        self.kind = None
        self.parts = []
        self.failure = None
        self.why = ""

    def receive(self, chunks):
        for chunk in chunks:
            self.connection.receive_data(chunk)
            for frame in self.connection.events_received():
                if not self.take(frame):
                    return
        error = self.connection.parser_exc
        if error is not None:
            self.failure = self.connection.close_sent.code
            self.why = str(error)

    def take(self, frame):
        if frame.opcode in CONTROL:
            self.push(CONTROL[frame.opcode], frame.data)
            return True
        if frame.opcode is Opcode.CLOSE:
            close = self.connection.close_rcvd
            self.push(f"close {close.code}", close.reason.encode())
            return False
        if frame.opcode is not Opcode.CONT:
            self.kind = "text" if frame.opcode is Opcode.TEXT else "binary"
            self.parts = []
        self.parts.append(frame.data)
        return not frame.fin or self.end_message()

    def end_message(self):
        data = b"".join(self.parts)
        try:
            if self.kind == "text":
                data.decode()
        except UnicodeDecodeError as error:
            self.failure = 1007
            self.why = error.reason
            return False
        self.push(self.kind, data)
        return True

    def push(self, kind, data):
        self.events.append(kind + " " + data.decode("latin-1"))


def cut(stream, sizes):
    at = 0
    for size in [1] * len(stream) if sizes is None else sizes:
        yield stream[at : at + size]
        at += size


def judge(case):
    role, max_size, stream, sizes, bits = case
    reference = Reference(role, max_size, bits)
    reference.receive(cut(base64.b64decode(stream), sizes))
    return [reference.events, reference.failure, reference.why]


for line in sys.stdin:
    print(json.dumps([judge(case) for case in json.loads(line)]), flush=True)
