"""Attachments for the small GPT-2 (testdata/attach), and goldens of what they do to it.

The weights are random: what is held is the arithmetic, which is written here as
SAELens, Gemma Scope and tuned-lens write it.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

import nets
from golden_gpt2 import _ids
from recording import Golden, Rows, first, put

FILES = Path(__file__).resolve().parents[2] / "testdata/attach"
WIDTH, FEATURES, K = 48, 64, 6


def _sae_weights(seed: int) -> dict[str, torch.Tensor]:
    r = torch.Generator().manual_seed(seed)
    w_dec = torch.nn.functional.normalize(torch.randn(FEATURES, WIDTH, generator=r), dim=-1)
    return {
        "W_enc": (w_dec.T * 0.8).contiguous(), "W_dec": w_dec,
        "b_enc": torch.randn(FEATURES, generator=r) * 0.1, "b_dec": torch.randn(WIDTH, generator=r) * 0.1,
    }  # fmt: skip


class SAE:
    """What the libraries do between the arrays."""

    def __init__(self, w, activation, subtract=True, norm="none"):
        self.w, self.activation, self.subtract, self.norm = w, activation, subtract, norm

    def norm_in(self, x):
        if self.norm == "layer_norm":  # sae_lens: LN with eps 1e-5 added to an unbiased std
            mu, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
            return (x - mu) / (std + 1e-5), lambda y: y * std + mu
        if self.norm == "constant_norm_rescale":
            c = WIDTH**0.5 / x.norm(dim=-1, keepdim=True)
            return x * c, lambda y: y / c
        return x, lambda y: y

    def encode(self, x):
        x = self.norm_in(x)[0]
        pre = (x - self.w["b_dec"] * self.subtract) @ self.w["W_enc"] + self.w["b_enc"]
        if self.activation == "jumprelu":
            return (pre > self.w["threshold"]) * torch.relu(pre)
        if self.activation == "topk":
            top = torch.topk(pre, K, dim=-1)
            return torch.zeros_like(pre).scatter(-1, top.indices, top.values.relu())
        return torch.relu(pre)

    def decode(self, f, x):
        return self.norm_in(x)[1](f @ self.w["W_dec"] + self.w["b_dec"])

    def edit(self, x, f):
        """The features f, and the error of the reconstruction as it was."""
        return self.decode(f, x) + (x - self.decode(self.encode(x), x))


def _write_files():
    FILES.mkdir(parents=True, exist_ok=True)
    relu, jump, topk, constant = (_sae_weights(s) for s in (901, 902, 903, 904))
    save_file(relu, FILES / "toysae.safetensors", metadata={"format": "pt"})
    jump["threshold"] = torch.full((FEATURES,), 0.3) + torch.arange(FEATURES) * 0.005
    np.savez(FILES / "scope.npz", **{k: v.numpy() for k, v in jump.items()})
    topk = {k: v.half().float() for k, v in topk.items()}
    save_file({"encoder.weight": topk["W_enc"].T.contiguous().half(), "encoder.bias": topk["b_enc"].half(),
               "decoder.weight": topk["W_dec"].T.contiguous().half(), "bias": topk["b_dec"].half()}, FILES / "topk.safetensors")  # fmt: skip
    save_file(constant, FILES / "constant.safetensors")
    r = torch.Generator().manual_seed(905)
    direction = torch.randn(WIDTH, generator=r)
    np.save(FILES / "direction.npy", direction.numpy())
    probe = {"weight": torch.randn(3, WIDTH, generator=r) / 7, "bias": torch.randn(3, generator=r)}
    save_file(probe, FILES / "probe.safetensors")
    lens = {}
    for i in range(2):
        lens[f"{i}.weight"], lens[f"{i}.bias"] = torch.randn(WIDTH, WIDTH, generator=r) / 14, torch.randn(WIDTH, generator=r) / 5
    save_file(lens, FILES / "lens.safetensors")
    saes = {"relu": SAE(relu, "relu"), "jump": SAE(jump, "jumprelu", subtract=False),
            "topk": SAE(topk, "topk", norm="layer_norm"), "constant": SAE(constant, "relu", norm="constant_norm_rescale")}  # fmt: skip
    return saes, direction, probe, lens


def attach() -> Golden:
    g = Golden("attach", """The network gpt2 with the files of testdata/attach attached: toysae (ReLU), scope (JumpReLU, Gemma Scope's names), topk (float16, torch's
        layout, layer_norm), constant (constant_norm_rescale), direction, probe, lens. edit(x, f) = decode(f) + x - decode(encode(x)).""")
    saes, direction, probe, lens = _write_files()
    module = nets.NETS["gpt2"].build()
    model = Rows(module)
    t = model.transformer
    one = _ids(2, 6, 61)
    with torch.no_grad():
        raw = module(**one).logits
    _features(g, model, t, one, saes)
    _clamps(g, model, t, one, raw, saes)
    _others(g, model, t, one, raw, direction, probe, lens)
    _heads(g, model, t, one, probe)
    return g


def _features(g, model, t, one, saes):
    for name, sae in saes.items():
        with model.trace(**one):
            h = first(t.h[0].output).clone().save()
        f = sae.encode(h)
        g.add(f"features_{name}", "f = encode(h.0.output), reconstruction = decode(f).", one,
              out={"f": f, "reconstruction": sae.decode(f, h)}, moved=[("f", torch.zeros_like(f))])  # fmt: skip


def _clamps(g, model, t, one, raw, saes):
    for name, sae in saes.items():
        with model.trace(**one):
            h = first(t.h[0].output)
            f = sae.encode(h)
            f[..., 5] = 4.0
            t.h[0].output = put(t.h[0].output, sae.edit(h, f))
            logits = model.lm_head.output.clone().save()
        g.add(f"clamp_{name}", "f = encode(h.0.output), f[..., 5] = 4, h.0.output = edit(h.0.output, f).", one,
              args={"feature": np.int64(5), "value": torch.tensor(4.0)}, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
    with model.trace(**one):
        h = first(t.h[0].output)
        sae = saes["relu"]
        t.h[0].output = put(t.h[0].output, sae.decode(sae.encode(h), h))
        logits = model.lm_head.output.clone().save()
    g.add("replace", "h.0.output = decode(encode(h.0.output)) of toysae.", one, out={"logits": logits}, moved=[("logits", raw)])


def _running(scores, mask, window, alpha):
    """Place by place, as one would say it."""
    rolling, ema = torch.zeros_like(scores), torch.zeros_like(scores)
    for b in range(len(scores)):
        now = None
        for i in range(scores.shape[1]):
            real = [scores[b, j] for j in range(max(0, i - window + 1), i + 1) if mask[b, j]]
            rolling[b, i] = sum(real) / len(real) if real else 0.0
            if mask[b, i]:
                now = scores[b, i] if now is None else alpha * scores[b, i] + (1 - alpha) * now
            ema[b, i] = 0.0 if now is None else now
    return rolling, ema


def _heads(g, model, t, one, probe):
    with model.trace(**one):
        h = first(t.h[1].output).clone().save()
    scores = h @ probe["weight"][0] + probe["bias"][0]
    mask = torch.tensor([[0, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
    shown = [s[m.bool()] for s, m in zip(scores, mask)]
    rolling, ema = _running(scores, mask, 3, 0.3)
    out = {"scores": scores, "mean": torch.stack([s.mean() for s in shown]), "max": torch.stack([s.max() for s in shown]),
           "last": torch.stack([s[-1] for s in shown]), "top2": torch.stack([s.topk(2).values.mean() for s in shown]),
           "top4": torch.stack([s.topk(min(4, len(s))).values.mean() for s in shown]),
           "rolling": rolling, "peak": torch.stack([r[m.bool()].max() for r, m in zip(rolling, mask)]), "ema": ema}  # fmt: skip
    g.add("heads", "scores = h.1.output @ weight[0] + bias[0] of probe; over tokens (mask): mean, max, last, mean of the top 2 and of the top 4,"
          " mean of the last 3 places, its maximum, exponential moving average with alpha 0.3.", one,
          args={"mask": mask, "alpha": torch.tensor(0.3)}, out=out)  # fmt: skip


def _others(g, model, t, one, raw, direction, probe, lens):
    with model.trace(**one):
        h = first(t.h[0].output)
        t.h[0].output = put(t.h[0].output, h + 2.5 * direction)
        logits = model.lm_head.output.clone().save()
    g.add("steer", "h.0.output = h.0.output + 2.5 * direction.", one, args={"alpha": torch.tensor(2.5)}, out={"logits": logits}, moved=[("logits", raw)])

    unit = direction / direction.norm()
    with model.trace(**one):
        h = first(t.h[0].output)
        far = (h @ unit).clone().save()
        t.h[0].output = put(t.h[0].output, h - (h @ unit)[..., None] * unit)
        logits = model.lm_head.output.clone().save()
    g.add("ablate", "far = h.0.output @ unit(direction); h.0.output = h.0.output - far * unit.", one, out={"far": far, "logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        h = first(t.h[1].output).clone().save()
    g.add("probe", "score = h.1.output @ weight.T + bias of probe.", one, out={"score": h @ probe["weight"].T + probe["bias"]})

    with model.trace(**one):
        h = first(t.h[0].output)
        guess = model.lm_head(t.ln_f(h + h @ lens["0.weight"].T + lens["0.bias"])).clone().save()
    g.add("lens", "guess = lm_head(ln_f(h + h @ 0.weight.T + 0.bias)), h = h.0.output, of lens.", one, out={"guess": guess}, moved=[("guess", raw)])
