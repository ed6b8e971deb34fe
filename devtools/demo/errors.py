"""Errors that end the demo. The message is one line that says what happened and what to do."""

from enum import StrEnum


class ErrorCode(StrEnum):
    INVALID_PORT = "invalid_port"
    PORT_UNAVAILABLE = "port_unavailable"
    FOLDER_NOT_WRITABLE = "folder_not_writable"
    DISK_FULL = "disk_full"
    ALREADY_RUNNING = "already_running"
    INVALID_CREDENTIALS = "invalid_credentials"
    INVALID_SETTING = "invalid_setting"
    PROCESS_ENDED = "process_ended"
    START_TIMEOUT = "start_timeout"


class DemoError(Exception):
    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
