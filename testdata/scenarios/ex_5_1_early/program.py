"""exception() of a task that is still running raises InvalidStateError, which ends main."""

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
    await asyncio.sleep(0)  # both tasks start; neither is done
    print(f"Exception: {shorter_task.exception()}")  # too early: raises
    await longer_task
    print("Main coroutine done!")


if __name__ == "__main__":
    asyncio.run(main())
