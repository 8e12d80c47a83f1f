package badinput

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
)

// damaged writes cut and flipped copies of a fixture into a folder: cuts at cuts
// places all over the file, one bit changed at flips others.
func damaged(t *testing.T, dir, path string, cuts, flips int) []string {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, uint64(len(data))))
	var out []string
	put := func(name string, b []byte) {
		file := filepath.Join(dir, name+".onnx")
		require.NoError(t, os.WriteFile(file, b, 0o600))
		out = append(out, file)
	}
	for i := range cuts {
		put(fmt.Sprintf("cut%03d", i), data[:i*len(data)/cuts])
	}
	for i := range flips {
		b := append([]byte(nil), data...)
		at, bit := i*len(data)/flips+rng.IntN(len(data)/flips), rng.IntN(8)
		b[at] ^= 1 << bit
		put(fmt.Sprintf("flip%03d-byte%d-bit%d", i, at, bit), b)
	}
	return out
}

// TestDamagedModelsAtOpen opens and runs what is left of models, in a process
// of its own: it may work, where a weight was hit, or fail with a message that
// names the file. Nothing crashes.
func TestDamagedModelsAtOpen(t *testing.T) {
	for _, k := range []struct {
		name        string
		cuts, flips int
	}{{"twolinear/torchscript", 40, 300}, {"loopnet/torchscript", 20, 200}, {"branchnet/torchscript", 20, 250}, {"cnn/dynamo", 10, 150}} {
		t.Run(k.name, func(t *testing.T) {
			net, exporter, _ := strings.Cut(k.name, "/")
			dir := t.TempDir()
			files := damaged(t, dir, fixture(t, net, exporter).Path, k.cuts, k.flips)
			code, out := finish(t, child(t, "models", ".", append([]string{k.name}, files...)...))
			require.Zero(t, code, out)
			ends := map[string]string{}
			for _, line := range strings.Split(out, "\n") {
				if rest, ok := strings.CutPrefix(line, "end "); ok {
					file, err, _ := strings.Cut(rest, " ")
					ends[file] = err
				}
			}
			fine := 0
			for _, f := range files {
				end, ok := ends[f]
				require.True(t, ok, "no end of %s in\n%s", f, out)
				if end == "<nil>" {
					fine++
					continue
				}
				require.Contains(t, end, net, "%s: an error that names neither file nor model: %s", f, end)
			}
			t.Logf("%d of %d still run", fine, len(files))
			require.Less(t, fine, len(files))
		})
	}
}

// TestDamagedModelsInSpec makes specs of what is left of a model: a whole spec
// that reads again, or an error that names the file and no spec.
func TestDamagedModelsInSpec(t *testing.T) {
	dir := t.TempDir()
	files := damaged(t, dir, fixture(t, "loopnet", "torchscript").Path, 8, 24)
	files = append(files, damaged(t, t.TempDir(), fixture(t, "cnn", "dynamo").Path, 4, 12)...)
	made := 0
	for _, f := range files {
		folder := t.TempDir()
		code, out := nngen(t, folder, "spec", f)
		name := strings.TrimSuffix(filepath.Base(f), ".onnx")
		data, err := os.ReadFile(filepath.Join(folder, name+".nnspec.yaml"))
		if code != 0 {
			require.Equal(t, 1, code, "%s: %s", f, out)
			require.ErrorIs(t, err, os.ErrNotExist, "%s: a spec was written", f)
			require.Contains(t, out, name, "the message does not name the file")
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			require.Empty(t, left, "something half-written")
			continue
		}
		made++
		require.NoError(t, err)
		_, errs := modelspec.Read("x", data)
		require.Empty(t, errs, f)
	}
	t.Logf("%d of %d gave a spec", made, len(files))
}
