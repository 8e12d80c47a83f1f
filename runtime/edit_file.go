package nn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// editFile is edits as they are written: plans with the values of their parameters.
type editFile struct {
	Format  string      `json:"format"`
	Version int         `json:"version"`
	Edits   []savedEdit `json:"edits"`
}

type savedEdit struct {
	Plan   json.RawMessage `json:"plan"`
	Values []savedValue    `json:"values,omitempty"`
	Arrays []savedValue    `json:"arrays,omitempty"` // of its attachments
}

type savedValue struct {
	Name  string  `json:"name"`
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	Data  []byte  `json:"data"` // little-endian, in base64
}

const (
	editFormat  = "nngen edits"
	editVersion = 2 // the second has arrays of attachments; what has none is written as the first
)

// WriteEdits writes edits as JSON, in their order, for ReadEdits in this or
// another program. Arrays of attachments are written with them, so that a file
// is whole by itself; what is larger than ReadEdits takes is refused (NN3171).
func WriteEdits(w io.Writer, edits ...Edit) error {
	f := editFile{Format: editFormat, Version: 1, Edits: []savedEdit{}}
	for _, e := range edits {
		if e.plan == nil || e.wrong != nil {
			return e.check(&ModelInfo{})
		}
		var data bytes.Buffer
		if err := plan.Encode(&data, e.plan); err != nil {
			return planError(e.plan.Name, err)
		}
		one := savedEdit{Plan: data.Bytes()}
		for i, t := range e.args {
			one.Values = append(one.Values, savedValue{e.plan.Params[i].Name, t.h.dtype.String(), t.h.shape, t.Bytes()})
		}
		for _, p := range e.plan.Weights {
			a := e.arrays[p.Name]
			one.Arrays = append(one.Arrays, savedValue{p.Name, a.typ.DType.String(), a.dims(), a.data})
			f.Version = editVersion
		}
		f.Edits = append(f.Edits, one)
	}
	out, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	if len(out) >= plan.MaxSize {
		return misuse("NN3171", "edits: they need %d MB, and files of edits have at most %d: load the attachments in the other program, and make the edits there", len(out)>>20, plan.MaxSize>>20)
	}
	_, err = w.Write(append(out, '\n'))
	return err
}

// ReadEdits reads what WriteEdits wrote. The data may come from anywhere: what it
// gives is well formed, and a session refuses edits that do not fit its model.
func ReadEdits(r io.Reader) ([]Edit, error) {
	data, err := io.ReadAll(io.LimitReader(r, plan.MaxSize+1))
	if err != nil {
		return nil, err
	}
	bad := func(format string, args ...any) ([]Edit, error) {
		return nil, misuse("NN3171", "edits: "+format, args...)
	}
	var f editFile
	if len(data) > plan.MaxSize {
		return bad("more than %d MB", plan.MaxSize>>20)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return bad("%v", err)
	}
	if f.Format != editFormat || f.Version < 1 || f.Version > editVersion {
		return bad("the file is %q of version %d, not %q up to %d", f.Format, f.Version, editFormat, editVersion)
	}
	var out []Edit
	for _, s := range f.Edits {
		e, err := s.edit()
		if err != nil {
			return bad("%v", err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (s savedEdit) edit() (Edit, error) {
	p, err := plan.Decode(bytes.NewReader(s.Plan))
	if err != nil {
		return Edit{}, err
	}
	e := Edit{plan: p, arrays: map[string]weight{}}
	if len(s.Values) != len(p.Params) || len(p.Mediators) != 1 {
		return e, fmt.Errorf("%s has %d values for %d parameters", p.Name, len(s.Values), len(p.Params))
	}
	if len(s.Arrays) != len(p.Weights) {
		return e, fmt.Errorf("%s has %d arrays for the %d of its attachments", p.Name, len(s.Arrays), len(p.Weights))
	}
	for i, v := range s.Values {
		t, err := v.tensor(p.Name, p.Params[i])
		if err != nil {
			return e, err
		}
		e.args = append(e.args, t)
	}
	for i, v := range s.Arrays {
		t, err := v.tensor(p.Name, p.Weights[i])
		if err != nil {
			return e, err
		}
		if e.arrays[v.Name], err = asWeight(p.Weights[i], t); err != nil {
			return e, err
		}
	}
	return e, nil
}

// tensor is a value of the edit's parameter, or an array of its attachments.
func (v savedValue) tensor(edit string, p Param) (Tensor, error) {
	d, err := tensor.ParseDType(v.DType)
	if err != nil || v.Name != p.Name || d != p.Type.DType {
		return Tensor{}, fmt.Errorf("value %s %s of %s is not %s %s", v.Name, v.DType, edit, p.Name, p.Type)
	}
	size, most := int64(d.Size()), int64(len(v.Data))
	for _, n := range v.Shape {
		if n < 0 || n > most || n > 0 && size > most/n {
			return Tensor{}, fmt.Errorf("value %s of %s has the shape %v and %d bytes", v.Name, edit, v.Shape, most)
		}
		size *= n
	}
	if size != most {
		return Tensor{}, fmt.Errorf("value %s of %s has %d bytes, its shape %v needs %d", v.Name, edit, len(v.Data), v.Shape, size)
	}
	return hostTensor(d, append([]int64{}, v.Shape...), v.Data), nil
}
