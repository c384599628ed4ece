"""An echo server on Debian's python3-websockets whose first message must be a token.

Each token is good for one connection. The first line of its output is its port.
"""

import asyncio
import json

import websockets

used = set()


async def serve(socket):
    try:
        first = json.loads(await asyncio.wait_for(socket.recv(), 5))
    except (ValueError, asyncio.TimeoutError):
        return await socket.close(4400, "No token")
    token = first.get("token")
    if not token or token in used:
        return await socket.close(4401, "Token Expired")
    used.add(token)
    await socket.send("Authenticated!")
    async for message in socket:
        if message == "restart":
            return await socket.close(1012, "Restart")
        await socket.send(f"{token}: {message}")


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
