"""Goldens of the small T5: its three files, and generation over all of them."""

import torch

import seq2seq
from recording import Golden, Rows, first, put

NEW = 12


def _about(what: str) -> str:
    return f"""T5ForConditionalGeneration, 2 + 2 layers, width {seq2seq.WIDTH}, 3 heads, vocabulary {seq2seq.VOCAB}, as optimum's {what}."""


def _raw(g: Golden, module, net: str) -> None:
    given = seq2seq.INPUTS[net]()
    g.add("raw", "the model as it is.", given, out=seq2seq.run(module, net, given))


def encoder() -> Golden:
    g = Golden("t5encoder", _about("encoder_model.onnx: block.{0,1}.layer.{0,1}, final_layer_norm; `last_hidden_state`."))
    module = seq2seq.build()
    _raw(g, module, "t5encoder")
    model = Rows(module.encoder)
    given = seq2seq.encoder_inputs()
    raw = seq2seq.run(module, "t5encoder", given)["last_hidden_state"]
    with model.trace(**given):
        attention = model.block[0].layer[0].SelfAttention
        attention.output = put(attention.output, first(attention.output) * 0.5)
        h0 = first(model.block[0].output).clone().save()
        states = model.final_layer_norm.output.clone().save()
    g.add("half_attention", """block.0.layer.0.SelfAttention.output = block.0.layer.0.SelfAttention.output * 0.5; reads block.0.output as `h0` and
          final_layer_norm.output, the result, as `states`.""", given, out={"h0": h0, "states": states}, moved=[("states", raw)])  # fmt: skip
    return g


def whole() -> Golden:
    g = Golden("t5", """T5ForConditionalGeneration, the same weights in one file without cache: encoder.block.{0,1}, decoder.block.{0,1}, lm_head;
        generation is the same as with several files, see t5decoder.""")  # fmt: skip
    module = seq2seq.build()
    _raw(g, module, "t5")
    model = Rows(module)
    given = seq2seq.whole_inputs()
    raw = seq2seq.run(module, "t5", given)["logits"]
    v = torch.randn(seq2seq.WIDTH, generator=torch.Generator().manual_seed(62))
    with model.trace(**given, use_cache=False):
        block = model.encoder.block[0]
        block.output = put(block.output, first(block.output) * 0.25)
        block = model.decoder.block[0]
        block.output = put(block.output, first(block.output) + v)
        logits = model.lm_head.output.clone().save()
    g.add("both", "encoder.block.0.output = encoder.block.0.output * 0.25, decoder.block.0.output = decoder.block.0.output + v; reads lm_head.output.",
          given, args={"v": v}, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
    return g


def past() -> Golden:
    g = Golden("t5past", _about("decoder_with_past_model.onnx."))
    _raw(g, seq2seq.build(), "t5past")
    return g


def decoder() -> Golden:
    g = Golden("t5decoder", _about("""decoder_model.onnx: decoder.block.{0,1}.layer.{0,1,2}, decoder.final_layer_norm, lm_head; and what generation with all three files
        gives: `in0` is what the encoder takes, `in1` the decoder."""))  # fmt: skip
    module = seq2seq.build()
    _raw(g, module, "t5decoder")
    model = Rows(module)
    settings = {"max_new_tokens": NEW, "do_sample": False, "use_cache": True}
    start = torch.zeros(2, 1, dtype=torch.int64)
    v = torch.randn(seq2seq.WIDTH, generator=torch.Generator().manual_seed(61)) * 2
    for seed in range(70, 400):
        given = seq2seq.prompt(2, 6, seed, right_padding=(0, 2))
        with torch.no_grad():
            plain = module.generate(**given, **settings)
        with model.trace(fn="generate", **given, **settings) as tracer:
            for _ in tracer.iter[:NEW]:
                block = model.decoder.block[0]
                block.output = put(block.output, first(block.output) + v)
            steered = tracer.result.save()
        with model.trace(fn="generate", **given, **settings) as tracer:
            block = model.encoder.block[0]
            block.output = put(block.output, first(block.output) * 0.25)
            encoded = tracer.result.save()
        if min(_margin(module, given, ids, edit) for ids, edit in ((plain, None), (steered, ("decoder", v)), (encoded, ("encoder", None)))) > 0.02 and _varied(
            plain, steered, encoded
        ):
            break
    print("  seed", seed, "distinct tokens", [len(set(r.tolist())) for r in (*plain, *steered, *encoded)])
    ins = [given, {"input_ids": start}]
    g.add("greedy", f"transformers' generate(max_new_tokens={NEW}, do_sample=False), no intervention.", ins, out={"ids": plain})
    g.add("greedy_steer", "the same under decoder.block.0.output = decoder.block.0.output + v at each step.", ins, args={"v": v}, out={"ids": steered})
    g.add("greedy_encoder", "the same under encoder.block.0.output = encoder.block.0.output * 0.25.", ins, out={"ids": encoded})
    assert not torch.equal(plain, steered) and not torch.equal(plain, encoded)
    return g


def _varied(plain, steered, encoded) -> bool:
    return min(len(set(row.tolist())) for row in (*plain, *steered, *encoded)) >= 4 and not torch.equal(plain, steered) and not torch.equal(plain, encoded)


def _margin(module, given, ids, edit) -> float:
    """By how much the chosen tokens lead at least."""
    hook = None
    if edit:
        side, v = edit
        block = getattr(module, side).block[0]
        hook = block.register_forward_hook(lambda _, __, out: put(out, first(out) * 0.25 if v is None else first(out) + v))
    with torch.no_grad():
        logits = module(**given, decoder_input_ids=ids[:, :-1], use_cache=False).logits
    if hook:
        hook.remove()
    chosen = logits.gather(-1, ids[:, 1:, None])
    others = logits.scatter(-1, ids[:, 1:, None], float("-inf"))
    return (chosen[..., 0] - others.max(-1).values).min().item()
