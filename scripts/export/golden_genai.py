"""What transformers and nnsight do with the Llama of genai.py."""

import torch

import genai
from golden_gpt2 import margin
from recording import Golden, Rows

NEW = 8


def golden() -> Golden:
    g = Golden("genai", """LlamaForCausalLM, 2 layers, width 32, 2 heads of 16, 1 key-value head, vocabulary 96, as onnxruntime-genai's builder exports it: attention,
        rotary embedding, and each norm with the sum before it are fused nodes.""")  # fmt: skip
    module = genai.build()
    model = Rows(module)
    m = model.model
    given = genai.inputs()
    with torch.no_grad():
        raw = module(**given, use_cache=False).logits
    g.add("raw", "the model as it is, with an empty cache.", given, out={"logits": raw})
    v = torch.randn(genai.WIDTH, generator=torch.Generator().manual_seed(441)) * 2
    with model.trace(**given, use_cache=False):
        m.layers[0].self_attn.o_proj.output = m.layers[0].self_attn.o_proj.output * 0.25
        up = m.layers[1].mlp.up_proj.output.clone().save()
        m.layers[1].mlp.down_proj.output = m.layers[1].mlp.down_proj.output + v
        logits = model.lm_head.output.clone().save()
    g.add("edit", """model.layers.0.self_attn.o_proj.output = … * 0.25; reads model.layers.1.mlp.up_proj.output as `up`; model.layers.1.mlp.down_proj.output = … + v;
          reads lm_head.output.""", given, args={"v": v}, out={"up": up, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
    settings = {"max_new_tokens": NEW, "do_sample": False, "use_cache": True, "pad_token_id": 0, "eos_token_id": None}
    for seed in range(450, 700):
        prompt = genai.inputs(2, 6, seed)
        with torch.no_grad():
            plain = module.generate(**prompt, **settings)
        with model.trace(fn="generate", **prompt, **settings) as tracer:
            for _ in tracer.iter[:NEW]:
                m.layers[0].mlp.down_proj.output = m.layers[0].mlp.down_proj.output + v
            steered = tracer.result.save()
        lead = min(margin(module, plain, 6), margin(module, steered, 6, module.model.layers[0].mlp.down_proj, v))
        if lead > 0.01 and not torch.equal(plain, steered):
            break
    g.add("greedy", f"transformers' generate(max_new_tokens={NEW}, do_sample=False), no intervention: `ids` are prompt and new tokens.", prompt, out={"ids": plain})
    g.add("greedy_steer", "the same under model.layers.0.mlp.down_proj.output = … + v at each step.", prompt, args={"v": v}, out={"ids": steered})
    return g
