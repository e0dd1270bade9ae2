"""Documents that describe models: `/api/show`, and `/api/ps` of those in memory."""

from ollama_cli.errors import ProtocolError
from ollama_cli.types.model_details import Capabilities, ModelDetails, RunningModel
from ollama_cli.wire import fields
from ollama_cli.wire.ollama import listed_models, place


def parse_ps(document: object) -> list[RunningModel]:
    """Read `/api/ps`: the models in memory."""
    return [
        RunningModel(
            name=name,
            digest=fields.text(model.get("digest")),
            size=fields.count(model.get("size")),
            size_vram=fields.count(model.get("size_vram")) or 0,
            parameter_size=fields.text(details.get("parameter_size")),
            quantization=fields.text(details.get("quantization_level")),
            family=fields.text(details.get("family")),
            expires_at=fields.time(model.get("expires_at")),
            context_length=fields.count(model.get("context_length")),
        )
        for name, model, details in listed_models(document)
    ]


def parse_show(document: object, name: str) -> ModelDetails:
    """Read `/api/show`; parameters are sorted, as the server's order is random.

    Raises ProtocolError if it describes no model: it must not pass for one that runs here.
    """
    if not isinstance(document, dict) or document.get("error"):
        raise ProtocolError("the server answers, but not as Ollama does: no model is described")
    shown = document
    return ModelDetails(
        name=name,
        modelfile=fields.text(shown.get("modelfile")),
        parameters="\n".join(sorted(fields.text(shown.get("parameters")).splitlines())),
        template=fields.text(shown.get("template")),
        system=fields.text(shown.get("system")),
        license=fields.text(shown.get("license")),
        capabilities=fields.words(shown.get("capabilities")) or (),
        details=fields.mapping(shown.get("details")),
        info=fields.mapping(shown.get("model_info")),
        projector=fields.mapping(shown.get("projector_info")),
        remote_model=place(shown.get("remote_model")),
        remote_host=place(shown.get("remote_host")),
        requires=fields.text(shown.get("requires")),
        modified_at=fields.time(shown.get("modified_at")),
        document=shown,
    )


def parse_capabilities(shown: ModelDetails) -> Capabilities:
    """Read what a model can do; an empty list means that nothing is known."""
    family = fields.text(shown.info.get("general.architecture"))
    return Capabilities(
        names=shown.capabilities or None,
        context_length=fields.count(shown.info.get(f"{family}.context_length")),
        remote_host=shown.remote_host or shown.remote_model,
    )
