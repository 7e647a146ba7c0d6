"""A failure that nobody reads reaches the loop's exception handler when its task goes away."""

import asyncio
from typing import Any


def report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    print(f"Exception: {context['exception']}")


async def fail_after(delay: float) -> None:
    print("Executing the task to raise an exception!")
    await asyncio.sleep(delay)
    raise Exception("Some exception happened!")


async def finish_after(delay: float) -> None:
    print("Executing the task which will complete!")
    await asyncio.sleep(delay)
    print("longer_task is done!")


async def main() -> None:
    print("Main coroutine started!")
    asyncio.get_running_loop().set_exception_handler(report)
    # The variable keeps the failed task, and with it the report, until main returns.
    shorter_task = asyncio.create_task(fail_after(0.01))  # noqa: F841
    longer_task = asyncio.create_task(finish_after(1))
    await longer_task
    print("Main coroutine done!")


if __name__ == "__main__":
    asyncio.run(main())
