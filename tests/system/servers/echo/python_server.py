"""The program behind `startPythonServer`: an echo server of python3-websockets 10.4.

Commands come as one JSON text per line on standard input, answers and notices go
to standard output; remote.ts and server_command.ts define them. It ends when its
input ends.
"""

import asyncio
import json
import re
import sys
import time

import websockets

MAX_CONNECTIONS = 1_000
MAX_ARRIVALS = 20_000

# What a frame may take on its way in; the tests send 1 MiB, and more.
MAX_SIZE = 128 * 2**20


def now():
    """Milliseconds since the epoch, as server_report.ts defines an instant."""
    return time.time() * 1000


def no_arrivals():
    return {"count": 0, "longestGap": 0}


class Server:
    """The state of the fixture; one method per command."""

    def __init__(self, notice_change):
        self.notice_change = notice_change
        self.options = {}
        self.port = 0
        self.server = None
        self.sockets = set()
        self.connections = []
        self.attempts = 0
        self.opened = 0

    async def obey(self, command):
        method = getattr(self, "on_" + command["type"])
        await method(command)
        return self.report(with_history=command["type"] == "history")

    async def on_start(self, command):
        self.options = command["options"]
        self.port = self.options.get("port", 0)
        await self.on_restart(command)

    async def on_report(self, _command):
        pass

    async def on_history(self, _command):
        pass

    async def on_send(self, command):
        for socket in list(self.sockets):
            await socket.send(command["text"])

    async def on_close(self, command):
        for socket in list(self.sockets):
            # Not awaited: a client that does not answer must not hold up the answer.
            asyncio.ensure_future(socket.close(command["closeCode"], command["reason"]))

    async def on_drop(self, _command):
        for socket in list(self.sockets):
            socket.transport.abort()

    async def on_kill(self, command):
        await self.on_drop(command)
        await self.on_stop(command)

    async def on_stop(self, _command):
        # Closes the connections with 1001, too.
        self.server.close()
        await self.server.wait_closed()

    async def on_restart(self, _command):
        self.server = await websockets.serve(
            self.serve,
            self.options.get("hostname", "127.0.0.1"),
            self.port,
            ping_interval=self.options.get("pingInterval", 20),
            ping_timeout=self.options.get("pingTimeout", 20),
            subprotocols=self.options.get("protocols"),
            process_request=self.count_attempt,
            max_size=MAX_SIZE,
            close_timeout=1,
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def count_attempt(self, _path, _headers):
        self.attempts += 1
        self.notice_change()

    async def serve(self, socket):
        self.opened += 1
        connection = {
            "id": self.opened,
            "target": socket.path,
            "headers": {k.lower(): v for k, v in socket.request_headers.raw_items()},
            "protocol": socket.subprotocol or "",
            "openedAt": now(),
            "messages": no_arrivals(),
            "pings": no_arrivals(),
            "pongs": no_arrivals(),
            "history": [],
        }
        self.connections.append(connection)
        del self.connections[:-MAX_CONNECTIONS]
        self.sockets.add(socket)
        self.notice_change()
        try:
            async for message in socket:
                self.record(connection, message)
                await self.reply(socket, message)
        except websockets.ConnectionClosedError:
            pass
        finally:
            await socket.wait_closed()
            self.sockets.discard(socket)
            connection["closedAt"] = now()
            connection["closeCode"] = socket.close_code
            connection["reason"] = socket.close_reason
            self.notice_change()

    def record(self, connection, message):
        at = now()
        tally = connection["messages"]
        gap = at - tally.get("lastAt", at)
        tally.update(
            count=tally["count"] + 1,
            lastAt=at,
            longestGap=max(tally["longestGap"], gap),
        )
        data = message if isinstance(message, str) else len(message)
        connection["history"].append({"at": at, "type": "message", "data": data})
        del connection["history"][:-MAX_ARRIVALS]
        self.notice_change()

    async def reply(self, socket, message):
        match = isinstance(message, str) and re.fullmatch(
            r"/close (\d+) ?(.*)", message, re.DOTALL
        )
        if match:
            await socket.close(int(match[1]), match[2])
        else:
            await socket.send(message)

    def report(self, with_history):
        connections = self.connections
        if not with_history:
            connections = [{**each, "history": []} for each in connections]
        return {
            "port": self.port,
            "attempts": self.attempts,
            "opened": self.opened,
            "open": len(self.sockets),
            "connections": connections,
        }


async def main():
    is_change_news = False

    def say(response):
        print(json.dumps(response), flush=True)

    def notice_change():
        nonlocal is_change_news
        if is_change_news:
            is_change_news = False
            say({"type": "change"})

    server = Server(notice_change)
    lines = asyncio.StreamReader(limit=MAX_SIZE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async for line in lines:
        request = json.loads(line)
        is_change_news = True
        try:
            report = await server.obey(request["command"])
            say({"type": "report", "id": request["id"], "report": report})
        except Exception as error:
            say({"type": "failure", "id": request["id"], "reason": repr(error)})


asyncio.run(main())
