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
}

type savedValue struct {
	Name  string  `json:"name"`
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	Data  []byte  `json:"data"` // little-endian, in base64
}

const (
	editFormat  = "nngen edits"
	editVersion = 1
)

// WriteEdits writes edits as JSON, in their order, for ReadEdits in this or
// another program.
func WriteEdits(w io.Writer, edits ...Edit) error {
	f := editFile{Format: editFormat, Version: editVersion, Edits: []savedEdit{}}
	for _, e := range edits {
		var data bytes.Buffer
		if err := plan.Encode(&data, e.plan); err != nil {
			return planError(e.plan.Name, err)
		}
		one := savedEdit{Plan: data.Bytes()}
		for i, t := range e.args {
			one.Values = append(one.Values, savedValue{e.plan.Params[i].Name, t.h.dtype.String(), t.h.shape, t.Bytes()})
		}
		f.Edits = append(f.Edits, one)
	}
	out, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
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
	e := Edit{plan: p}
	if len(s.Values) != len(p.Params) || len(p.Mediators) != 1 {
		return e, fmt.Errorf("%s has %d values for %d parameters", p.Name, len(s.Values), len(p.Params))
	}
	for i, v := range s.Values {
		d, err := tensor.ParseDType(v.DType)
		if err != nil || v.Name != p.Params[i].Name || d != p.Params[i].Type.DType {
			return e, fmt.Errorf("value %d of %s is %s %s, not %s %s", i, p.Name, v.Name, v.DType, p.Params[i].Name, p.Params[i].Type)
		}
		size := int64(d.Size())
		for _, n := range v.Shape {
			if n < 0 || n > int64(len(v.Data)) {
				return e, fmt.Errorf("value %s of %s has the shape %v", v.Name, p.Name, v.Shape)
			}
			size *= n
		}
		if size != int64(len(v.Data)) {
			return e, fmt.Errorf("value %s of %s has %d bytes, its shape %v needs %d", v.Name, p.Name, len(v.Data), v.Shape, size)
		}
		e.args = append(e.args, hostTensor(d, append([]int64{}, v.Shape...), v.Data))
	}
	return e, nil
}
