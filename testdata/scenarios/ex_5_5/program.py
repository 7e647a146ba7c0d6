"""A queue links producer and consumer; the last item is consumed just after main's last line."""

import asyncio


async def produce(numbers: asyncio.Queue[int]) -> None:
    for number in range(5):
        await asyncio.sleep(1)
        await numbers.put(number)


async def consume(numbers: asyncio.Queue[int]) -> None:
    while True:  # until the end of the program cancels it
        print(f"Got number {await numbers.get()}")


async def main() -> None:
    numbers: asyncio.Queue[int] = asyncio.Queue()
    consumer = asyncio.create_task(consume(numbers))  # noqa: F841
    await produce(numbers)
    # The last put has woken the consumer, but its turn comes after this step of main.
    print("Done!")


if __name__ == "__main__":
    asyncio.run(main())
