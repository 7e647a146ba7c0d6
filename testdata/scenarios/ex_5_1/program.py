"""A task's failure is read with exception() once it has happened, and nothing is raised."""

import asyncio


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
    shorter_task = asyncio.create_task(fail_after(0.1))
    longer_task = asyncio.create_task(finish_after(1))
    await longer_task  # by then the other one has long failed
    print(f"Exception: {shorter_task.exception()}")
    print("Main coroutine done!")


if __name__ == "__main__":
    asyncio.run(main())
