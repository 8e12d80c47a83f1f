package modelspec

import (
	"regexp"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

var (
	pastName    = regexp.MustCompile(`(?i)^past|^cache[_.]?(k|v|in)|^(k|v|key|value)_?cache|past_key|past_value|_past|past_conv|past_ssm|past_state`)
	presentName = regexp.MustCompile(`(?i)^present|^cache_out|present_key|present_value|_present|updated_cache|^new_(k|v|key|value)`)
)

// graphValues gives the graph's inputs and outputs their roles and pairs caches.
func (g *graph) graphValues() (inputs, outputs []Value) {
	for _, in := range g.inputs {
		inputs = append(inputs, Value{Name: in.Name, Type: g.types[in.Name]})
	}
	for _, out := range g.m.Graph.Outputs {
		outputs = append(outputs, Value{Name: out.Name, Type: g.types[out.Name]})
	}
	for i := range inputs {
		inputs[i].Role, inputs[i].Class = inputRole(inputs[i])
	}
	settleInputs(inputs)
	pairCaches(inputs, outputs)
	settleOutputs(outputs)
	return inputs, outputs
}

// inputRole goes by the names that exporters agree on, then by type.
func inputRole(v Value) (Role, string) {
	low := strings.ToLower(v.Name)
	switch {
	case pastName.MatchString(v.Name):
		return RolePast, ""
	case strings.Contains(low, "use_cache"):
		return RoleOther, "use_cache"
	case strings.Contains(low, "mask"):
		return RoleMask, ""
	case strings.Contains(low, "position"), strings.HasSuffix(low, "pos_ids"):
		return RolePosition, ""
	case strings.Contains(low, "token_type"), strings.Contains(low, "segment"):
		return RoleOther, "token_type"
	case low == "input_ids" || low == "ids" || low == "tokens" || strings.HasSuffix(low, "input_ids"):
		return RoleInput, "ids"
	case v.Type.Shape != nil && len(v.Type.Shape) == 0:
		return RoleOther, ""
	case v.Type.DType == tensor.Bool:
		return RoleMask, ""
	}
	return RoleUnknown, ""
}

// settleInputs decides the inputs that names leave open: the only one is the
// input; beside one that its name makes the input, all are something else.
func settleInputs(in []Value) {
	var open []*Value
	have := oneInput(in)
	for i := range in {
		if in[i].Role == RoleUnknown {
			open = append(open, &in[i])
		}
	}
	if have {
		for _, v := range open {
			v.Role = RoleOther
		}
		return
	}
	if len(open) == 0 {
		return
	}
	if len(open) == 1 {
		open[0].Role = RoleInput
		if open[0].Type.DType.IsInt() && len(open[0].Type.Shape) == 2 {
			open[0].Class = "ids"
		}
		return
	}
	for _, v := range open {
		switch strings.ToLower(v.Name) {
		case "x", "input", "inputs", "image", "images", "pixel_values", "inputs_embeds", "input_features", "data":
			v.Role = RoleInput
			for _, o := range open {
				if o != v {
					o.Role = RoleOther
				}
			}
			return
		}
	}
}

// oneInput leaves one of several ids the input, as an encoder and decoder in one
// file have them: the encoder's, which come first.
func oneInput(in []Value) bool {
	var chosen *Value
	for i := range in {
		if in[i].Role == RoleInput && (chosen == nil || strings.EqualFold(in[i].Name, "input_ids")) {
			chosen = &in[i]
		}
	}
	for i := range in {
		if in[i].Role == RoleInput && &in[i] != chosen {
			in[i].Role = RoleOther
		}
	}
	return chosen != nil
}

// pairCaches joins past inputs to present outputs: first by what is left of the
// names without the words for past and present, then by position.
func pairCaches(in, out []Value) {
	byKey := map[string]*Value{}
	var presents []*Value
	for i := range out {
		if presentName.MatchString(out[i].Name) {
			out[i].Role = RolePresent
			byKey[cacheKey(out[i].Name)] = &out[i]
			presents = append(presents, &out[i])
		}
	}
	var pasts []*Value
	for i := range in {
		if in[i].Role != RolePast {
			continue
		}
		pasts = append(pasts, &in[i])
		if o := byKey[cacheKey(in[i].Name)]; o != nil && o.Pair == "" {
			in[i].Pair, o.Pair = o.Name, in[i].Name
		}
	}
	if len(pasts) != len(presents) {
		return
	}
	for i := range pasts {
		if pasts[i].Pair == "" && presents[i].Pair == "" {
			pasts[i].Pair, presents[i].Pair = presents[i].Name, pasts[i].Name
		}
	}
}

var cacheWords = regexp.MustCompile(`(?i)past_key_values|present_key_values|past_key|present_key|past_value|present_value|past|present|cache_in|cache_out`)

// SameCache reports whether a past input and a present output are named for the
// same keys or values, in whatever files they are.
func SameCache(past, present string) bool { return cacheKey(past) == cacheKey(present) }

func cacheKey(name string) string {
	return strings.ToLower(cacheWords.ReplaceAllStringFunc(name, func(w string) string {
		switch low := strings.ToLower(w); {
		case strings.HasSuffix(low, "key"):
			return "key"
		case strings.HasSuffix(low, "value"):
			return "value"
		}
		return ""
	}))
}

// settleOutputs finds the result among what is no cache.
func settleOutputs(out []Value) {
	var open []*Value
	for i := range out {
		if out[i].Role == "" {
			out[i].Role = RoleUnknown
			open = append(open, &out[i])
		}
	}
	if len(open) == 1 {
		open[0].Role = RoleOutput
		return
	}
	for _, best := range []string{"logits", "last_hidden_state", "output", "output_0", "y"} {
		for _, v := range open {
			if strings.ToLower(v.Name) == best {
				for _, o := range open {
					o.Role = RoleOther
				}
				v.Role = RoleOutput
				return
			}
		}
	}
}
