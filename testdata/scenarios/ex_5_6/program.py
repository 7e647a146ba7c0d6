"""A bare future: pending, then given a result, then awaited without any waiting."""

import asyncio


async def main() -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    print(f"future status is done: {future.done()}")
    future.set_result(10)
    print(f"future status is done: {future.done()}, future result: {future.result()}")
    print(f"future result after being awaited: {await future}")


if __name__ == "__main__":
    asyncio.run(main())
