"""The option `--fault` of a command line, shared with the model simulator."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from typing import Any


def add_fault_option(
    parser: ArgumentParser,
    parse_value: Callable[[str, Any], Any],
    names: Iterable[str],
    *,
    metavar: str,
    remark: str = "",
) -> None:
    """Add the option: pairs of a fault and its setting, which is True in `--fault NAME`."""

    def parse_flag(text: str) -> tuple[str, str | bool]:
        name, separator, value = text.partition("=")
        setting = value if separator else True
        try:
            parse_value(name, setting)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None
        return name, setting

    parser.add_argument(
        "--fault",
        type=parse_flag,
        action="append",
        default=[],
        metavar=metavar,
        help=f"one of {', '.join(names)}{remark}",
    )
