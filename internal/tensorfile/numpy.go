package tensorfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// npyTypes are the dtypes of NumPy's that have a tensor type; "|" and "<" are
// alike where an element is one byte.
var npyTypes = map[string]tensor.DType{
	"b1": tensor.Bool, "u1": tensor.Uint8, "i1": tensor.Int8, "u2": tensor.Uint16, "i2": tensor.Int16,
	"u4": tensor.Uint32, "i4": tensor.Int32, "u8": tensor.Uint64, "i8": tensor.Int64,
	"f2": tensor.Float16, "f4": tensor.Float32, "f8": tensor.Float64,
}

// maxNPYHeader is more than any array without named fields needs.
const maxNPYHeader = 1 << 16

// npyHeader is the one form in which NumPy writes the header of an array.
var npyHeader = regexp.MustCompile(`^\{'descr': '([<>|=])([a-zA-Z]\d+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), *\} *\n?$`)

// readNPYHeader reads up to the elements. n is how long the header is.
func readNPYHeader(r io.Reader) (a Array, n int64, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:10]); err != nil || !bytes.HasPrefix(head[:], []byte("\x93NUMPY")) {
		return a, 0, fmt.Errorf("not an array of NumPy's")
	}
	length := int64(binary.LittleEndian.Uint16(head[8:10]))
	n = 10 + length
	if head[6] >= 2 {
		if _, err := io.ReadFull(r, head[10:]); err != nil {
			return a, 0, fmt.Errorf("not an array of NumPy's: it ends in the header")
		}
		length = int64(binary.LittleEndian.Uint32(head[8:]))
		n = 12 + length
	}
	if length > maxNPYHeader {
		return a, 0, fmt.Errorf("the array's header is said to have %d bytes", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return a, 0, fmt.Errorf("not an array of NumPy's: it ends in the header")
	}
	a, err = parseNPYHeader(string(text))
	return a, n, err
}

func parseNPYHeader(text string) (a Array, err error) {
	m := npyHeader.FindStringSubmatch(text)
	if m == nil {
		return a, fmt.Errorf("the array's header is not one of a plain array: %q", shorten(text))
	}
	d, ok := npyTypes[m[2]]
	switch {
	case !ok:
		return a, fmt.Errorf("elements of NumPy's type %q are not read; save it as float32", m[1]+m[2])
	case m[1] == ">" && d.Size() > 1:
		return a, fmt.Errorf("the elements are big-endian; save it with astype('<%s')", m[2])
	}
	a.DType, a.Shape = d, []int64{}
	for part := range strings.SplitSeq(m[4], ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		size, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return a, fmt.Errorf("shape (%s): %w", m[4], err)
		}
		a.Shape = append(a.Shape, size)
	}
	if m[3] == "True" && len(a.Shape) > 1 {
		return a, fmt.Errorf("the elements lie in Fortran's order; save np.ascontiguousarray of it")
	}
	_, err = byteSize(a.DType, a.Shape)
	return a, err
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// openNPY lists the one array of a .npy file, under the file's own name.
func openNPY(f *File) error {
	a, start, err := readNPYHeader(f.f)
	if err != nil {
		return err
	}
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	a.Name = strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path))
	if size := info.Size() - start; size != a.Bytes() {
		return fmt.Errorf("%s has %d bytes, but the file has %d for it", a, a.Bytes(), size)
	}
	return f.add(a, func(into []byte) error {
		_, err := f.f.ReadAt(into, start)
		return eof(err, len(into))
	})
}

// openNPZ lists the arrays of a zip archive of .npy files.
func openNPZ(f *File) error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f.f, info.Size())
	if err != nil {
		return fmt.Errorf("not an archive of arrays: %w", err)
	}
	for _, e := range z.File {
		name, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			continue // archives may hold a README
		}
		if err := f.addMember(e, name, info.Size()); err != nil {
			return fmt.Errorf("array %q: %w", name, err)
		}
	}
	return nil
}

// Deflate packs at most 1032 to one; beyond that, and beyond a size that can be
// taken without a thought, an archive does not hold what it says.
const (
	deflateRatio = 1032
	deflateFloor = 1 << 20
)

func (f *File) addMember(e *zip.File, name string, archive int64) error {
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	a, start, err := readNPYHeader(r)
	if err != nil {
		return err
	}
	a.Name = name
	n := a.Bytes()
	if want := uint64(start) + uint64(n); e.UncompressedSize64 != want {
		return fmt.Errorf("%s has %d bytes with its header, but the archive says %d", a, want, e.UncompressedSize64)
	}
	limit := int64(min(e.CompressedSize64, uint64(archive)))
	if e.Method == zip.Store && n > limit || n > deflateFloor && n/deflateRatio > limit {
		return fmt.Errorf("%s cannot come from %d bytes", a, limit)
	}
	return f.add(a, func(into []byte) error {
		r, err := e.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		if _, err := io.CopyN(io.Discard, r, start); err != nil {
			return err
		}
		_, err = io.ReadFull(r, into)
		if err != nil {
			return err
		}
		if _, err = io.CopyN(io.Discard, r, 1); err == io.EOF { // where the checksum was compared
			return nil
		}
		return fmt.Errorf("damaged: %w", err)
	})
}
