"""The parts of a chat completion that are used here. Usage and model name are optional and may be malformed."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from screener.services.openai.openai_client import TokenCount
from screener.services.usage import Usage

_EmptyIfMalformed = BeforeValidator(lambda value: value if isinstance(value, dict) else {})


class Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    message: Message
    finish_reason: str | None = None

    @property
    def is_declined(self) -> bool:
        return bool(self.message.refusal) or self.finish_reason == "content_filter"

    @property
    def is_truncated(self) -> bool:
        return self.finish_reason == "length"


class TokenDetails(BaseModel):
    cached_tokens: TokenCount = None
    cache_write_tokens: TokenCount = None


class CompletionUsage(BaseModel):
    prompt_tokens: TokenCount = None
    completion_tokens: TokenCount = None
    prompt_tokens_details: Annotated[TokenDetails, _EmptyIfMalformed] = TokenDetails()

    def to_usage(self) -> Usage:
        return Usage(
            tokens_in=self.prompt_tokens,
            tokens_cached=self.prompt_tokens_details.cached_tokens,
            tokens_to_cache=self.prompt_tokens_details.cache_write_tokens,
            tokens_out=self.completion_tokens,
        )


class ChatCompletion(BaseModel):
    choices: Annotated[list[Choice], Field(min_length=1)]
    model: Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")] = ""
    usage: Annotated[CompletionUsage, _EmptyIfMalformed] = CompletionUsage()
