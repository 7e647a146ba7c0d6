"""Done callbacks chain two tasks, and an event tells main when the chain has ended."""

import asyncio


async def produce() -> int:
    print(">task1()")
    await asyncio.sleep(1)
    return 1


async def consume(value: int) -> None:
    print(f">task2() got {value}")
    await asyncio.sleep(1)


async def main() -> None:
    ended = asyncio.Event()

    def start_second(first: asyncio.Task[int]) -> None:
        second = asyncio.create_task(consume(first.result()))
        second.add_done_callback(lambda _: ended.set())

    asyncio.create_task(produce()).add_done_callback(start_second)
    await ended.wait()
    print("Main: chain is done")


if __name__ == "__main__":
    asyncio.run(main())
