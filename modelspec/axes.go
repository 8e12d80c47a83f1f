package modelspec

import (
	"regexp"

	"github.com/nngen-go/nngen/internal/tensor"
)

// mainAndPast are the input that carries the batch and the first cache of
// its own tokens.
func mainAndPast(inputs []Value) (main, past *Value) {
	for i, v := range inputs {
		if v.Role == RoleInput && main == nil {
			main = &inputs[i]
		}
		if v.Role == RolePast && past == nil && len(v.Type.Shape) == 4 && !isEncoderCache(v) {
			past = &inputs[i]
		}
	}
	return main, past
}

// conventions equates axes of masks, positions and caches with those of the ids
// where the graph itself leaves them unrelated.
func conventions(inputs []Value) map[string]tensor.Dim {
	main, past := mainAndPast(inputs)
	out := map[string]tensor.Dim{}
	if main == nil || len(main.Type.Shape) < 2 || main.Class != "ids" {
		return out
	}
	batch, seq := main.Type.Shape[0], main.Type.Shape[1]
	total := seq
	if past != nil {
		total = past.Type.Shape[2].Add(seq)
	}
	elsewhere := otherLengths(inputs, main)
	equate := func(d, to tensor.Dim) {
		if elsewhere[d] && to != batch {
			return
		}
		if lone(d) && lone(batch) && d != to && to.Known() && d != batch && d != seq && (past == nil || d != past.Type.Shape[2]) {
			out[string(d)] = to
		}
	}
	for _, v := range inputs {
		if len(v.Type.Shape) == 0 || v.Name == main.Name {
			continue
		}
		switch v.Role {
		case RoleMask:
			equate(v.Type.Shape[0], batch)
			if len(v.Type.Shape) == 2 {
				equate(v.Type.Shape[1], total)
			}
		case RolePosition, RoleOther:
			if len(v.Type.Shape) == 2 && v.Type.DType.IsInt() && v.Class != "ids" {
				equate(v.Type.Shape[0], batch)
				equate(v.Type.Shape[1], seq)
			}
		case RolePast:
			if len(v.Type.Shape) == 4 {
				equate(v.Type.Shape[0], batch)
				if past != nil {
					equate(v.Type.Shape[2], past.Type.Shape[2])
				}
			}
		}
	}
	return out
}

// otherLengths are axes of a second sequence, as an encoder's states or the keys
// made of them beside a decoder's tokens: a mask or cache of that length is not
// one of the tokens.
func otherLengths(inputs []Value, main *Value) map[tensor.Dim]bool {
	out := map[tensor.Dim]bool{}
	for _, v := range inputs {
		if v.Name == main.Name || !ofAnotherSequence(v) && !isEncoderCache(v) {
			continue
		}
		for _, d := range v.Type.Shape {
			out[d] = true
		}
	}
	for _, d := range main.Type.Shape {
		delete(out, d)
	}
	return out
}

// ofAnotherSequence reports whether v is neither tokens, mask, position nor cache.
func ofAnotherSequence(v Value) bool {
	return (v.Role == RoleOther || v.Role == RoleUnknown) && (v.Class == "ids" || v.Type.DType.IsFloat())
}

// encoderCacheName is how exporters name keys and values of an encoder's states.
var encoderCacheName = regexp.MustCompile(`(?i)encoder|cross`)

// isEncoderCache reports whether v holds keys or values of an encoder's states,
// which do not grow as tokens are made.
func isEncoderCache(v Value) bool {
	return v.Role == RolePast && encoderCacheName.MatchString(v.Name)
}

// numberedSymbol is a name that a tool counted up rather than one that says something.
var numberedSymbol = regexp.MustCompile(`^[su][0-9]+$|^unk_|^p2o\.|^dynamic_|Dim_[0-9]+$|^d?[0-9]+$`)

// plainNames renames numbered symbols of the usual axes: batch, seq, past, and
// the height and width of an image.
func plainNames(inputs []Value, known map[string]tensor.Dim) {
	used := map[string]bool{}
	for _, v := range inputs {
		for _, d := range v.Type.Shape {
			for _, s := range d.Symbols() {
				used[s] = true
			}
		}
	}
	name := func(v *Value, axis int, to string) {
		if axis >= len(v.Type.Shape) || used[to] {
			return
		}
		d := v.Type.Shape[axis]
		made := string(d) == v.Name+"_"+itoa(axis)
		if _, twice := known[string(d)]; !lone(d) || twice || !made && !numberedSymbol.MatchString(string(d)) {
			return
		}
		used[to] = true
		known[string(d)] = tensor.Dim(to)
	}
	main, past := mainAndPast(inputs)
	if main == nil {
		return
	}
	name(main, 0, "batch")
	if main.Class == "ids" {
		name(main, 1, "seq")
	} else if len(main.Type.Shape) == 4 {
		name(main, 2, "height")
		name(main, 3, "width")
	}
	if past != nil {
		name(past, 2, "past")
	}
}
