"""Awaiting a task that was cancelled while it slept raises CancelledError, caught here."""

import asyncio


async def cancel_me() -> None:
    await asyncio.sleep(1)


async def main() -> None:
    sleeper = asyncio.create_task(cancel_me())
    await asyncio.sleep(0.01)  # it is asleep by now
    sleeper.cancel()
    try:
        await sleeper
    except asyncio.CancelledError:
        print("main(): cancel_me is cancelled now")


if __name__ == "__main__":
    asyncio.run(main())
