"""Two complaints are known in the words of every server: too long, and no such model."""

import pytest

from ollama_cli.wire.complaints import TooLong, is_no_model, too_long


@pytest.mark.parametrize(
    ("words", "needs", "holds"),
    [
        (
            "request (1230 tokens) exceeds the available context size (256 tokens), try it",
            1230,
            256,
        ),
        ("Requested tokens (3000) exceed context window of 2048", 3000, 2048),
        ("prompt is too long: 208310 tokens > 200000 maximum", 208310, 200000),
        (
            "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
            5000,
            4096,
        ),
        ("input (600 tokens) is larger than the max context size (512 tokens). skipping", 600, 512),
        (
            "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
            5000,
            4096,
        ),
        (
            (
                "The input token count (1,200,000) exceeds the maximum number of tokens allowed "
                "(1048576)."
            ),
            1200000,
            1048576,
        ),
        (
            (
                "Prompt contains 40001 tokens and 0 draft tokens, too large for model with 32768 "
                "maximum context length"
            ),
            40001,
            32768,
        ),
        (
            (
                "This model's maximum context length is 8192 tokens. However, your messages "
                "resulted in 9000 tokens."
            ),
            9000,
            8192,
        ),
        (
            (
                "This endpoint's maximum context length is 8192 tokens. However, you requested "
                "about 9000 tokens (8000 of text input)."
            ),
            9000,
            8192,
        ),
        (
            "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
            200000,
            131072,
        ),
        (
            (
                "Input tokens exceed the configured limit of 272000 tokens. Your messages "
                "resulted in 300000 tokens."
            ),
            300000,
            272000,
        ),
        (
            "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000",
            2000,
            1024,
        ),
        (
            (
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. "
                "Given: 9000 `inputs` tokens and 10 `max_new_tokens`"
            ),
            9000,
            8193,
        ),
        (
            (
                "too many tokens: total number of tokens in the prompt cannot exceed 4081 - "
                "received 5000."
            ),
            5000,
            4081,
        ),
        ("the model is loaded with context length of only 4096 tokens", None, 4096),
        ("Range of input length should be [1, 30720]", None, 30720),
        ("the input length exceeds the context length", None, None),
        ("prompt is longer than the context length", None, None),
        ("litellm.ContextWindowExceededError: x", None, None),
        ("Input is too long for requested model.", None, None),
    ],
)
def test_a_prompt_that_is_too_long(words: str, needs: int | None, holds: int | None) -> None:
    assert too_long(words) == TooLong(needs, holds)
    assert too_long(words.upper()) == TooLong(needs, holds)


@pytest.mark.parametrize(
    "words",
    [
        "Request too large on tokens per minute (TPM): Limit 6000, Requested 9000",
        "413 Request Entity Too Large",
        "rate limit reached: context length exceeded",
        "the model is too long to load",
        "context canceled",
        "",
    ],
)
def test_other_limits_are_no_context(words: str) -> None:
    assert too_long(words) is None
    assert too_long("x", {"context_length_exceeded"}) == TooLong()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("model 'x' not found", 404),
        ('model "x" not found, try pulling it first', 404),
        ("The model `x` does not exist.", 404),
        ("The model x does not exist or your team 1 does not have access to it.", 404),
        ("/chat/completions: Invalid model name passed in model=foo. Call `/v1/models` to", 400),
        ("foo/bar is not a valid model ID", 400),
        ("model: foo", 404),
        ("model not found", 404),
        ("Invalid model: foo", 400),
        ("Model Not Exist", 400),
        ("models/foo is not found for API version v1beta", 404),
        ("Unable to access model foo. Please visit x", 404),
        ("could not find real modelID for foo", 400),
        ("no router for requested model", 404),
        ("Unknown model: foo", 400),
    ],
)
def test_no_model_is_named_so(words: str, status: int) -> None:
    assert is_no_model(words, set(), status)
    assert not is_no_model(words, set(), 503)
    assert is_no_model("x", {"model_not_found"}, status)


@pytest.mark.parametrize(
    "words", ["invalid model name", "the model is loading", "file not found", "not found", ""]
)
def test_other_words_are_about_other_things(words: str) -> None:
    assert not is_no_model(words, set(), 404)
