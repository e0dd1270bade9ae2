"""Settings are known by their names, and who mistypes one is told the nearest."""

import pytest

from ollama_cli.config.resolve import check_name, read
from ollama_cli.config.settings import SETTINGS, Settings
from ollama_cli.errors import UsageError


def test_every_setting_is_a_field_with_a_sentence_and_a_variable_of_ours() -> None:
    others = {"typed_host", "origins", "warnings", "entry", "models"}
    assert set(SETTINGS) == set(Settings._fields) - others
    for name, setting in SETTINGS.items():
        assert setting.variables[0] == f"OLLAMA_CLI_{name.upper()}"
        assert setting.help[:1].islower()
        assert not setting.help.endswith(".")


def test_no_variable_sets_two_settings() -> None:
    variables = [variable for each in SETTINGS.values() for variable in each.variables]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_known_name_is_known(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("modle", "did you mean model?"),
        ("connect-timeout", "did you mean connect_timeout?"),
        ("ollama.connect-timeout", "did you mean connect_timeout?"),
        ("models.llama3:8b.top_p", "what stands in [models.NAME] is written by hand: `ollama-cli"),
        ("hosts.desk.url", "a [hosts.NAME] is written by `ollama-cli hosts add`"),
        ("tools.allow", "what stands in [tools] is written by hand: `ollama-cli config edit`"),
        ("xyzzy", "which there are: `ollama-cli config show`"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"no setting is named '{name}'") as caught:
        check_name(name)
    assert str(caught.value.hint).startswith(hint)


def test_one_value_is_read_as_its_setting_says() -> None:
    assert read("timeout", "5", "here") == 5
    assert read("host", "h", "here") == "http://h:11434"
