"""A model in sections, as `ollama show` prints it; what is not known is left out."""

import io
from typing import Any

import pytest

from ollama_cli.types.model_details import ModelDetails
from ollama_cli.ui.model_details import show_details
from ollama_cli.ui.streams import OutStream


def shown(*, verbose: bool = False, **fields: Any) -> str:
    file = io.StringIO()
    show_details(OutStream(file), ModelDetails(name="m", **fields), verbose=verbose)
    return file.getvalue()


def test_every_section_in_its_order() -> None:
    assert shown(
        capabilities=("completion", "vision"),
        details={"family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
        info={
            "general.architecture": "mllama",
            "general.parameter_count": 1,
            "mllama.context_length": 131072,
            "mllama.embedding_length": 3072,
        },
        projector={
            "general.architecture": "clip",
            "general.parameter_count": 312_000_000,
            "clip.vision.embedding_length": 1024,
            "clip.vision.projection_dim": 768,
        },
        parameters='stop                           "<|eot_id|>"\ntemperature 0.7\n',
        system="You are\n\n  a pirate.  \n",
        license="Licence A\nline 2\nline 3\n",
        requires="0.6.0",
    ) == (
        "  Model\n"
        "    architecture        mllama\n"
        "    parameters          3.2B\n"
        "    context length      131072\n"
        "    embedding length    3072\n"
        "    quantization        Q4_K_M\n"
        "    requires            0.6.0\n"
        "\n"
        "  Capabilities\n"
        "    completion\n"
        "    vision\n"
        "\n"
        "  Projector\n"
        "    architecture        clip\n"
        "    parameters          312M\n"
        "    embedding length    1024\n"
        "    dimensions          768\n"
        "\n"
        "  Parameters\n"
        '    stop           "<|eot_id|>"\n'
        "    temperature    0.7\n"
        "\n"
        "  System\n"
        "    You are\n"
        "    a pirate.\n"
        "\n"
        "  License\n"
        "    Licence A\n"
        "    line 2\n"
        "    ...\n"
        "\n"
    )


def test_nothing_known_is_nothing_shown() -> None:
    assert shown() == ""


def test_a_model_that_runs_elsewhere_says_where() -> None:
    assert shown(remote_model="gpt-oss:120b", remote_host="https://ollama.com:443") == (
        "  Model\n    Remote model    gpt-oss:120b\n    Remote URL      https://ollama.com:443\n\n"
    )


@pytest.mark.parametrize(
    ("details", "info", "line"),
    [
        ({"family": "llama"}, {}, "    architecture    llama"),
        ({}, {"general.architecture": "bert"}, "    architecture    bert"),
        ({"parameter_size": "137M"}, {"general.parameter_count": 5}, "    parameters    137M"),
        ({}, {"general.parameter_count": 3_212_749_888}, "    parameters    3.2B"),
        ({"parameter_size": ""}, {"general.parameter_count": 512}, "    parameters    512"),
    ],
)
def test_what_is_told_in_two_places_is_taken_from_the_better(
    details: dict[str, object], info: dict[str, object], line: str
) -> None:
    assert shown(details=details, info=info).splitlines()[1:-1] == [line]


@pytest.mark.parametrize("count", ["many", 1.5, None])
def test_a_count_that_is_none_is_left_out(count: object) -> None:
    assert shown(info={"general.parameter_count": count}) == ""
    assert shown(projector={"general.architecture": "clip", "general.parameter_count": count}) == (
        "  Projector\n    architecture    clip\n\n"
    )


def test_a_projector_without_a_kind_is_left_out() -> None:
    assert shown(projector={"general.parameter_count": 5}) == ""


@pytest.mark.parametrize("blank", ["", "\n", "  \n\t\n"])
def test_blank_texts_are_no_sections(blank: str) -> None:
    assert shown(parameters=blank, system=blank, license=blank) == ""


def test_a_parameter_without_value_stands_alone() -> None:
    assert shown(parameters="\n  \nnumber\nstop  a  b \n") == (
        "  Parameters\n    number\n    stop      a b\n\n"
    )


def test_two_lines_need_no_dots() -> None:
    assert shown(system="a\nb") == "  System\n    a\n    b\n\n"


def test_no_text_drives_the_terminal() -> None:
    text = "\x1b]0;owned\x07"
    told = shown(
        capabilities=(text,),
        details={"family": text},
        parameters=f"stop {text}",
        system=text,
        license=text,
        remote_host=text,
    )
    assert told.count("\\x1b]0;owned\\x07") == 6
    assert "\x1b" not in told


def test_verbose_adds_metadata_and_tensors() -> None:
    info = {
        "b.flag": True,
        "a.eps": 9.999999747378752e-06,
        "a.count": 1619456,
        "c.list": [1, 2.5, "x", None],
        "d.short": ["<s>"],
        "e.left_out": None,
        "f.\x1b[2J": "y\x1b",
    }
    tensors = [{"name": "t", "type": "F16", "shape": [2, 3]}, {"name": "u"}, "odd"]
    document = {"tensors": tensors}
    assert shown(info=info, document=document, verbose=True) == (
        "  Metadata\n"
        "    a.count      1619456\n"
        "    a.eps        1e-05\n"
        "    b.flag       true\n"
        "    c.list       [1 2.5 x ...+1 more]\n"
        "    d.short      [<s>]\n"
        "    f.\\x1b[2J    y\\x1b\n"
        "\n"
        "  Tensors\n"
        "    t    F16    [2 3]\n"
        "    u\n"
        "\n"
    )
    assert shown(info=info, document=document) == ""
    assert "Tensors" not in shown(document={"tensors": "odd"}, verbose=True)
