package modelspec

import "slices"

// standardNames are the aliases that make one intervention fit several families
// of models, each with the paths that the families' own code gives the module.
// The words are those of Llama's modules and of nnterp: layers, self_attn, mlp,
// lm_head, embed_tokens, ln_final. A path of several parts is looked up from the
// model, one of a single part in each layer.
var standardNames = []struct {
	alias string
	paths []string
}{
	{"layers", []string{
		"transformer.h", "model.layers", "gpt_neox.layers", "model.decoder.layers", "transformer.blocks", "encoder.layer", "bert.encoder.layer",
		"roberta.encoder.layer", "distilbert.transformer.layer", "transformer.layer", "transformer.layers", "backbone.layers", "h", "decoder.layers",
	}},
	{"embed_tokens", []string{
		"transformer.wte", "model.embed_tokens", "gpt_neox.embed_in", "model.decoder.embed_tokens", "embeddings.word_embeddings",
		"bert.embeddings.word_embeddings", "roberta.embeddings.word_embeddings", "distilbert.embeddings.word_embeddings", "wte",
	}},
	{"ln_final", []string{
		"transformer.ln_f", "model.norm", "gpt_neox.final_layer_norm", "model.decoder.final_layer_norm", "transformer.norm_f", "model.final_layernorm", "ln_f", "norm",
	}},
	{"lm_head", []string{"embed_out", "cls.predictions", "head"}},
}

// standardInLayer are the names of a layer's parts. BERT has no mlp: its two
// halves, intermediate and output, are the layer's own children, and an alias
// names one module.
var standardInLayer = []struct {
	alias string
	names []string
}{
	{"self_attn", []string{"attn", "attention", "self_attention"}},
	{"mlp", []string{"feed_forward", "ffn", "ff"}},
}

// AddStandardNames adds to a spec's rename the aliases layers, embed_tokens,
// ln_final and lm_head of the model, and self_attn and mlp of its layers, as far
// as the model has these modules under names that are known, and nothing else
// has the alias. It gives what it added, as "alias of path".
func (s *Spec) AddStandardNames() []string {
	known := make(map[string]bool, len(s.Modules))
	for _, m := range s.Modules {
		known[m.Path] = true
	}
	var added []string
	add := func(path, alias string) bool {
		if s.tryRename(path, alias) {
			added = append(added, alias+" of "+path)
			return true
		}
		return false
	}
	layers := ""
	for _, n := range standardNames {
		for _, path := range n.paths {
			if !known[path] {
				continue
			}
			if n.alias == "layers" {
				layers = path
			}
			add(path, n.alias)
			break
		}
	}
	if layers == "" && known["layers"] {
		layers = "layers"
	}
	for _, n := range standardInLayer {
		for _, name := range n.names {
			if known[Join(Join(layers, "0"), name)] && add(name, n.alias) {
				break
			}
		}
	}
	return added
}

// tryRename adds one alias, unless it is there already or would be a mistake.
func (s *Spec) tryRename(key, alias string) bool {
	old := s.Rename[key]
	if slices.Contains(old, alias) {
		return false
	}
	before, _, _ := Aliases(s)
	if s.Rename == nil {
		s.Rename = map[string][]string{}
	}
	s.Rename[key] = append(slices.Clone(old), alias)
	after, _, errs := Aliases(s)
	if len(errs) == 0 && len(after) > len(before) {
		return true
	}
	if s.Rename[key] = old; old == nil {
		delete(s.Rename, key)
	}
	return false
}
