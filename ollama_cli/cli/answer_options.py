"""The options of the commands that show an answer, declared once."""

from typing import Annotated, Any, Literal

import typer

from ollama_cli.cli.options import AutoPull, Curl, NoStdin, grouped
from ollama_cli.features.chat.options import AnswerOptions


@grouped(
    Prompt="system file image show_prompt",
    Answer="stream render show_thinking format schema schema_multi no_schema_prompt repair strict"
    " extract extract_last think stats logprobs cache no_cache",
    Model="option temperature seed num_ctx max_tokens top_p stop truncate keep_alive",
)
def declare(
    *,
    stream: Annotated[
        bool, typer.Option("--stream/--no-stream", help="Print as it comes, or whole at the end.")
    ] = True,
    render: Annotated[
        Literal["auto", "markdown", "plain"] | None,
        typer.Option(
            help="Markdown on a terminal; JSON and code plain if auto.", show_default="auto"
        ),
    ] = None,
    show_thinking: Annotated[
        bool, typer.Option("--show-thinking", help="Leave the thinking on the terminal.")
    ] = False,
    system: Annotated[
        str | None,
        typer.Option("--system", "-s", metavar="TEXT|@FILE", help="How the model shall behave."),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file", "-f", metavar="PATH|-", help="Add a text to the prompt; repeatable."
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", "-i", metavar="PATH", help="Add an image; repeatable."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(metavar="json|@SCHEMA.json", help="Have JSON written, by a schema if named."),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="@FILE|JSON|WORDS",
            help="Have JSON written that fits: `name, age int`; else end with 9.",
        ),
    ] = None,
    schema_multi: Annotated[
        str | None,
        typer.Option(
            metavar="@FILE|JSON|WORDS",
            help="Have a list of such values written: each on a line as soon as it is whole.",
        ),
    ] = None,
    no_schema_prompt: Annotated[
        bool, typer.Option("--no-schema-prompt", help="Do not show the schema to the model.")
    ] = False,
    repair: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Ask again for what does not fit.", show_default="2"),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-O", metavar="KEY=VALUE", help="A model option; repeatable."),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="0 is the most predictable.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="NUMBER", help="Same seed, same answer.")] = (
        None
    ),
    num_ctx: Annotated[
        str | None,
        typer.Option(
            metavar="TOKENS|auto", help="Size of the context; auto: what the prompt needs."
        ),
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="TOKENS", help="The most to write.")] = (
        None
    ),
    top_p: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Share of likely tokens to choose from.")
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="End before this text; repeatable.")
    ] = None,
    truncate: Annotated[
        bool | None,
        typer.Option(
            "--truncate/--no-truncate", help="Have what is too long cut, or refused (the usual)."
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with 9 if the answer was cut, 8 if the prompt was."),
    ] = False,
    extract: Annotated[
        str | None,
        typer.Option(
            "--extract",
            "-x",
            metavar="[=LANG]",
            help="Print the first block of code alone, of a language if named.",
        ),
    ] = None,
    extract_last: Annotated[
        bool, typer.Option("--extract-last", help="Print the last block of code alone.")
    ] = False,
    think: Annotated[
        str | None,
        typer.Option(
            "--think",
            metavar="[=true|false|low|medium|high|max]",
            help="Have the model think first; a level may follow.",
        ),
    ] = None,
    keep_alive: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Keep the model loaded: 10m, 0, -1.")
    ] = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="Tell tokens and times on stderr.")
    ] = False,
    logprobs: Annotated[
        int | None,
        typer.Option(
            "--logprobs",
            min=0,
            max=20,
            metavar="[=N]",
            help="Tell in JSON how likely each token was, and N others; before a schema holds.",
        ),
    ] = None,
    show_prompt: Annotated[
        bool,
        typer.Option(
            "--show-prompt", help="Show the prompt as the model would see it (an experiment)."
        ),
    ] = False,
    curl: Curl = False,
    auto_pull: AutoPull = None,
    no_stdin: NoStdin = False,
    cache: Annotated[
        str | None,
        typer.Option(
            "--cache",
            metavar="[=AGE]",
            help="Give the same question the same answer again, if not older: 1h, 30d.",
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask anew, and keep nothing of it.")
    ] = False,
) -> AnswerOptions:
    """Declare the options of `chat`, `generate` and `run`, and return their values."""
    given: dict[str, Any] = dict(locals())
    return AnswerOptions(**given)


Options = Annotated[AnswerOptions, declare]
