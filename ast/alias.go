package ast

import (
	"go/token"
	"go/types"
	"slices"
)

// Variables of residual code may be names of one memory: a slice and a part of
// it, rows and the slice of rows, a struct and what it holds. What is stored by
// one of them all of them see, so they are one family: their order is kept as
// that of one variable, none of their changes is left out while one of them is
// needed, and where a value of the run is stored all depend on the run. Which
// member really shares what with which is not asked: any two that were assigned
// from one another, or met in a call that may keep what it gets, are of a family.

// family gives the variables that may share memory with v, itself included.
func (v *resVar) family() []*resVar {
	r := v.eldest()
	if len(r.kin) == 0 {
		return []*resVar{r}
	}
	return r.kin
}

func (v *resVar) eldest() *resVar {
	for v.of != nil {
		v = v.of
	}
	return v
}

// unite makes one family of two.
func unite(a, b *resVar) {
	a, b = a.eldest(), b.eldest()
	if a == b {
		return
	}
	a.kin = append(slices.Clone(a.family()), b.family()...)
	b.of, b.kin = a, nil
	if !a.stored.IsValid() {
		a.stored = b.stored
	}
	a.dependOn(a.stored)
}

// storedInto notes that memory was changed by way of v, with a value or in a
// place that born decides about.
func (v *resVar) storedInto(born token.Pos) {
	r := v.eldest()
	if !r.stored.IsValid() {
		r.stored = born
	}
	v.dependOn(r.stored)
}

// dependOn lets the whole family depend on the run.
func (v *resVar) dependOn(born token.Pos) {
	for _, k := range v.family() {
		if !k.born.IsValid() {
			k.born = born
		}
	}
}

// shares reports whether copies of a value of type t may share memory. Tensors do
// not: nobody changes one.
func shares(t types.Type) bool { return sharesWithin(t, 0) }

func sharesWithin(t types.Type, depth int) bool {
	if t == nil || depth > 8 {
		return true
	}
	if isTensor(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer || u.Kind() == types.UntypedNil
	case *types.Array:
		return sharesWithin(u.Elem(), depth+1)
	case *types.Struct:
		for i := range u.NumFields() {
			if sharesWithin(u.Field(i).Type(), depth+1) {
				return true
			}
		}
		return false
	}
	return true
}

// sharedIn gives the variables of code that may share memory.
func sharedIn(c code) []*resVar {
	var out []*resVar
	for _, fr := range c {
		if fr.v != nil && fr.v.leap == nil && !fr.v.defers && shares(fr.v.typ) {
			out = append(out, fr.v)
		}
		if fr.block != nil {
			for _, s := range fr.block.stmts {
				s.walkCode(func(c code) { out = append(out, sharedIn(c)...) })
			}
		}
	}
	return out
}

// sharesWith notes that v is given a value made of code.
func (v *resVar) sharesWith(c code) {
	if v == nil || !shares(v.typ) {
		return
	}
	for _, o := range sharedIn(c) {
		unite(v, o)
	}
}

// readers are packages whose functions keep and change nothing that they are given.
var readers = []string{"fmt", "math", "strings", "strconv", "errors", "unicode", "unicode/utf8", "time"}

// onlyReads reports whether code calls nothing but functions of such packages.
func onlyReads(c code) bool {
	known := false
	for _, fr := range c {
		if fr.imp != "" {
			if !slices.Contains(readers, fr.imp) {
				return false
			}
			known = true
		}
	}
	return known && len(sharedMethods(c)) == 0
}

// sharedMethods gives the variables whose methods or fields code names.
func sharedMethods(c code) []*resVar {
	var out []*resVar
	for i, fr := range c {
		if fr.v != nil && shares(fr.v.typ) && i+1 < len(c) && len(c[i+1].text) > 0 && c[i+1].text[0] == '.' {
			out = append(out, fr.v)
		}
	}
	return out
}

// noteSharing takes in what a statement does to memory that variables share.
func (f *frame) noteSharing(s *resStmt) {
	var from []*resVar
	for _, c := range append([]code{s.code}, s.rhs...) {
		from = append(from, sharedIn(c)...)
	}
	for _, t := range s.lhs {
		switch {
		case t.v != nil && shares(t.v.typ):
			for _, o := range from {
				unite(t.v, o)
			}
		case t.code != nil:
			for _, v := range sharedIn(t.code) {
				for _, o := range from {
					unite(v, o)
				}
			}
		}
	}
	if s.kind != leafStmt && s.kind != assignStmt || !s.effects || s.check {
		return
	}
	born := token.NoPos
	own := *s
	own.blocks = nil
	own.walkCode(func(c code) {
		if b := bornIn(c); b.IsValid() && !born.IsValid() {
			born = b
		}
	})
	if !born.IsValid() {
		born = f.condBorn()
	}
	reached := s.reached()
	for i, v := range reached {
		unite(reached[0], v)
		if i == len(reached)-1 {
			v.storedInto(born)
		}
	}
}

// reached gives the variables whose memory a statement's own code may change.
// Functions that the caller hands in keep what they keep to themselves, which the
// order of effects takes care of.
func (s *resStmt) reached() []*resVar {
	var out []*resVar
	own := *s
	own.blocks = nil
	own.walkCode(func(c code) {
		if onlyReads(c) {
			return
		}
		for _, v := range sharedIn(c) {
			if _, isFunc := orNil(v.typ).Underlying().(*types.Signature); !isFunc || !v.param {
				out = append(out, v)
			}
		}
	})
	return out
}
