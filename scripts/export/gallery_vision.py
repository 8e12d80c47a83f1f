"""A small convolutional network: units and class activation maps."""

import torch

from gallery import entry
from gallery_models import values


def raw_scores(module, ins, _):
    return module(ins["image"])


@entry("cnn", lambda: {"image": values(4, 3, 8, 8, seed=371)}, lambda: {"unit": torch.tensor([0, 3, 7, 11])}, {"scores": raw_scores})
def ablate_units(model, pictures, unit):
    with model.trace(pictures["image"]):
        model.relu2.output[torch.arange(len(unit)), unit] = 0
        scores = model.fc.output.save()
    return {"scores": scores}


@entry("cnn", lambda: {"image": values(2, 3, 8, 8, seed=372)}, lambda: {"class_": torch.tensor(2)})
def class_activation_map(model, pictures, class_):
    with model.trace(pictures["image"]):
        where = torch.einsum("bchw,c->bhw", model.relu2.output, model.fc._module.weight[class_]).save()
    return {"where": where}
