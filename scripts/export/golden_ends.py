"""Goldens of skips, stops and results, on the small Llama."""

import torch

import nets
from golden_llama import _prompt, _vector
from recording import Golden, Rows, first, put


def ends() -> Golden:
    g = Golden("ends", """Skips, stops and results on the net `llama` of this page, beside those of `tracing`. A case in two (`_on`, `_off`) is one program: its
        condition holds in the first.""")
    module = nets.NETS["llama"].build()
    model = Rows(module)
    _skips(g, model, module)
    _conditions(g, model, module)
    _stops(g, model)
    _results(g, model, module)
    _chosen(g, model, module)
    return g


def _raw(module, prompt):
    with torch.no_grad():
        return module(**prompt, use_cache=False).logits


def _skips(g, model, module):
    m = model.model
    one, two = _prompt(2, 6, 111), _prompt(1, 6, 112)
    v = _vector(113) * 2
    raw = _raw(module, one)
    with model.trace(**one, use_cache=False):
        m.layers[0].skip(m.layers[0].input * 0.5)
        m.layers[1].skip(m.layers[1].input + v)
        logits = model.lm_head.output.clone().save()
    g.add("skip_row", "skips of two layers in a row: model.layers.0.skip(model.layers.0.input * 0.5), model.layers.1.skip(model.layers.1.input + v).", one,
          args={"v": v}, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
    with model.trace(**one, use_cache=False):
        m.layers[0].skip(m.layers[0].input * 0.5)
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
        h0 = first(m.layers[0].output).clone().save()
        m.layers[1].mlp.output = m.layers[1].mlp.output * 2
        logits = model.lm_head.output.clone().save()
    g.add("skip_write", """model.layers.0.skip(model.layers.0.input * 0.5), then writes to its output and to a later point: model.layers.0.output = model.layers.0.output + v,
          read as `h0`, and model.layers.1.mlp.output = model.layers.1.mlp.output * 2.""", one, args={"v": v}, out={"h0": h0, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
    with model.trace(**one, use_cache=False):
        m.layers[0].self_attn.skip((m.layers[0].self_attn.input * 0.25, None))
        logits = model.lm_head.output.clone().save()
    g.add("skip_attn", "model.layers.0.self_attn.skip of a quarter of its input: a module of several inputs and, in torch, outputs.", one,
          out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            h = m.layers[0].output
            m.layers[1].skip(m.layers[1].input)
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**two):
            m.layers[1].skip(m.layers[1].input)
            m.layers[1].output = put(m.layers[1].output, first(m.layers[1].output) * 3)
            logits1 = model.lm_head.output.clone().save()
    g.add("skip_rows", "both invokes skip model.layers.1 with its input, invoke 1 then triples its rows of model.layers.1.output.", [one, two],
          out={"logits0": logits0, "logits1": logits1}, moved=[("logits0", raw)])  # fmt: skip


def _conditions(g, model, module):
    m = model.model
    one = _prompt(2, 6, 114)
    raw = _raw(module, one)
    for name, flag in {"on": True, "off": False}.items():
        with model.trace(**one, use_cache=False):
            if flag:
                m.layers[0].mlp.skip(m.layers[0].mlp.input * 0.5)
            h0 = first(m.layers[0].output).clone().save()
            logits = model.lm_head.output.clone().save()
        g.add(f"skip_when_{name}", "where flag holds model.layers.0.mlp.skip(model.layers.0.mlp.input * 0.5); reads model.layers.0.output as `h0`, and lm_head.output.", one,
              args={"flag": flag}, out={"h0": h0, "logits": logits}, **{("moved" if flag else "same"): [("logits", raw)]})  # fmt: skip
    with model.trace(**one, use_cache=False):
        norm = first(m.layers[0].output).norm().save()
    for name, limit in {"on": norm.item() * 0.5, "off": norm.item() * 2}.items():
        with model.trace(**one, use_cache=False):
            h = first(m.layers[0].output)
            if h.norm().item() > limit:
                m.layers[1].skip(m.layers[1].input * 0.5)
            logits = model.lm_head.output.clone().save()
        g.add(f"skip_norm_{name}", "where the norm of model.layers.0.output is above limit, which the run itself tells, model.layers.1.skip(model.layers.1.input * 0.5).", one,
              args={"limit": limit}, out={"logits": logits}, **{("moved" if name == "on" else "same"): [("logits", raw)]})  # fmt: skip


def _stops(g, model):
    m = model.model
    one, two = _prompt(2, 6, 115), _prompt(1, 6, 116)
    with model.trace(**one, use_cache=False) as tracer:
        h0 = first(m.layers[0].output).clone().save()
    norm = h0.norm().item()
    with model.trace(**one, use_cache=False) as tracer:
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 2)
        h0 = first(m.layers[0].output).clone().save()
        tracer.stop()
    g.add("stop_write", "model.layers.0.output = model.layers.0.output * 2, read as `h0`, then a stop.", one, out={"h0": h0})
    for name, limit in {"on": norm * 0.5, "off": norm * 2}.items():
        with model.trace(**one, use_cache=False) as tracer:
            h = first(m.layers[0].output)
            h0 = h.clone().save()
            if h.norm().item() > limit:
                tracer.stop()
            logits = model.lm_head.output.clone().save()
        out = {"h0": h0} if name == "on" else {"h0": h0, "logits": logits}
        g.add(f"stop_norm_{name}", "reads model.layers.0.output as `h0`; stops where its norm is above limit, else reads lm_head.output.", one, args={"limit": limit}, out=out)
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            a = first(m.layers[0].output).clone().save()
            tracer.stop()
        with tracer.invoke(**two):
            b = first(m.layers[0].output).clone().save()
    g.add("stop_first", "invoke 0 reads model.layers.0.output as `a` and stops the run: invoke 1, which waits at the same point, is still served and reads it as `b`.", [one, two],
          out={"a": a, "b": b})  # fmt: skip


def _results(g, model, module):
    m = model.model
    one, two = _prompt(2, 6, 117), _prompt(1, 6, 118)
    raw = _raw(module, one)
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 1.5)
            result0 = tracer.result.logits.clone().save()
        with tracer.invoke(**two):
            result1 = tracer.result.logits.clone().save()
    g.add("result", "invoke 0 scales model.layers.0.output by 1.5; both read the run's result, narrowed to their rows: its logits.", [one, two],
          out={"result0": result0, "result1": result1}, moved=[("result0", raw)])  # fmt: skip


def _chosen(g, model, module):
    """Skips of a layer that a parameter names, and by both invokes under one condition."""
    m = model.model
    one, two = _prompt(2, 6, 119), _prompt(1, 6, 120)
    raw = _raw(module, one)
    v = _vector(121)
    for layer in range(2):
        with model.trace(**one, use_cache=False):
            m.layers[layer].skip(m.layers[layer].input * 0.5)
            h = first(m.layers[layer].output).clone().save()
            logits = model.lm_head.output.clone().save()
        g.add(f"skip_chosen_{layer}", "model.layers[layer].skip(model.layers[layer].input * 0.5); reads model.layers[layer].output as `h`, and lm_head.output.", one,
              args={"layer": layer}, out={"h": h, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
        with model.trace(**one, use_cache=False):
            embed = m.embed_tokens.output
            m.layers[layer].mlp.skip(embed + v)
            m.layers[layer].mlp.output = m.layers[layer].mlp.output * 2
            logits = model.lm_head.output.clone().save()
        g.add(f"skip_chosen_mlp_{layer}", "model.layers[layer].mlp.skip(model.embed_tokens.output + v), then model.layers[layer].mlp.output = model.layers[layer].mlp.output * 2.", one,
              args={"layer": layer, "v": v}, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
        with model.trace(use_cache=False) as tracer:
            with tracer.invoke(**one):
                m.layers[layer].skip(m.layers[layer].input)
                logits0 = model.lm_head.output.clone().save()
            with tracer.invoke(**two):
                m.layers[layer].skip(m.layers[layer].input * 2)
                logits1 = model.lm_head.output.clone().save()
        g.add(f"skip_chosen_invokes_{layer}", "invoke 0 skips model.layers[layer] with its input, invoke 1 with twice its own.", [one, two],
              args={"layer": layer}, out={"logits0": logits0, "logits1": logits1}, moved=[("logits0", raw)])  # fmt: skip
    for name, flag in {"on": True, "off": False}.items():
        with model.trace(use_cache=False) as tracer:
            with tracer.invoke(**one):
                if flag:
                    m.layers[1].skip(m.layers[1].input * 0.5)
                logits0 = model.lm_head.output.clone().save()
            with tracer.invoke(**two):
                if flag:
                    m.layers[1].skip(m.layers[1].input + v)
                logits1 = model.lm_head.output.clone().save()
        g.add(f"skip_both_{name}", "where flag holds invoke 0 skips model.layers.1 with half its input, invoke 1 with its input + v.", [one, two],
              args={"flag": flag, "v": v}, out={"logits0": logits0, "logits1": logits1}, **{("moved" if flag else "same"): [("logits0", raw)]})  # fmt: skip
