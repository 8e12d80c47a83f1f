package library

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const content = "the library"

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// testPlatform has packages that hold content.
func testPlatform() pinned {
	sum := hexSum([]byte(content))
	return pinned{"any", "onnxruntime/capi/libonnxruntime.so.1.30.0", "package/bin/libonnxruntime.so.1", sum, sum, "libonnxruntime.so.1"}
}

// member is a file of a package.
type member struct{ name, text string }

func tarball(t *testing.T, members ...member) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: m.name, Typeflag: tar.TypeReg, Mode: 0o777, Size: int64(len(m.text))}))
		_, err := io.WriteString(w, m.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return b.Bytes()
}

func zipped(t *testing.T, members ...member) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		require.NoError(t, err)
		_, err = io.WriteString(f, m.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// program puts a client into PATH that writes a package into the folder it runs in.
func program(t *testing.T, folder, name, file string, data []byte) {
	source := filepath.Join(t.TempDir(), "package")
	require.NoError(t, os.WriteFile(source, data, 0o600))
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = --version ]; then exit 0; fi\nexec /bin/cp %s ./%s\n", source, file)
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(script), 0o700))
}

// fetchAll tries all clients for the test's platform.
func fetchAll(t *testing.T, target string) error {
	t.Helper()
	var err error
	for _, c := range clients() {
		if err = fetchBy(context.Background(), c, testPlatform(), t.TempDir(), target, io.Discard); err == nil {
			return nil
		}
	}
	return err
}

func requireContent(t *testing.T, target string) {
	t.Helper()
	got, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, content, string(got))
}

func requireNothing(t *testing.T, target string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Dir(target))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestFetchByOneClient(t *testing.T) {
	p := testPlatform()
	hostile := member{"../../../etc/evil/" + p.file, "evil"}
	for _, c := range []struct {
		name, file string
		data       []byte
	}{
		{"pip", "onnxruntime-1.30.0-cp312.whl", zipped(t, hostile, member{p.inWheel, content})},
		{"pip3", "onnxruntime-1.30.0-cp312.whl", zipped(t, member{p.inWheel, content})},
		{"npm", "onnxruntime-node-1.30.0.tgz", tarball(t, hostile, member{p.inPackage, content})},
	} {
		t.Run(c.name, func(t *testing.T) {
			bin, target := t.TempDir(), filepath.Join(t.TempDir(), "cache", p.file)
			t.Setenv("PATH", bin)
			program(t, bin, c.name, c.file, c.data)
			require.NoError(t, fetchAll(t, target))
			requireContent(t, target)
		})
	}
}

func TestFetchRefusesAnotherLibrary(t *testing.T) {
	p := testPlatform()
	bin, target := t.TempDir(), filepath.Join(t.TempDir(), p.file)
	t.Setenv("PATH", bin)
	program(t, bin, "npm", "onnxruntime-node-1.30.0.tgz", tarball(t, member{p.inPackage, "another library"}))
	require.ErrorContains(t, fetchAll(t, target), "it is not used")
	requireNothing(t, target)
	program(t, bin, "npm", "onnxruntime-node-1.30.0.tgz", tarball(t, member{"package/README", "text"}))
	require.ErrorContains(t, fetchAll(t, target), "holds no onnxruntime library")
	requireNothing(t, target)
	whole := tarball(t, member{p.inPackage, content})
	program(t, bin, "npm", "onnxruntime-node-1.30.0.tgz", whole[:len(whole)/2])
	require.Error(t, fetchAll(t, target))
	requireNothing(t, target)
}

func TestFetchFromArchive(t *testing.T) {
	p := testPlatform()
	t.Setenv("PATH", t.TempDir())
	release := tarball(t, member{"onnxruntime-x/lib/libonnxruntime.so.1.30.0", content})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(release) }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "release.tgz")
	require.NoError(t, os.WriteFile(file, release, 0o600))
	for _, named := range []string{file, file + "#sha256=" + hexSum(release), server.URL + "/r.tgz#sha256=" + hexSum(release)} {
		t.Setenv(ArchiveVariable, named)
		target := filepath.Join(t.TempDir(), p.file)
		require.NoError(t, fetchBy(context.Background(), clients()[0], p, t.TempDir(), target, io.Discard))
		requireContent(t, target)
	}
	t.Setenv(ArchiveVariable, file+"#sha256=00")
	target := filepath.Join(t.TempDir(), p.file)
	require.ErrorContains(t, fetchBy(context.Background(), clients()[0], p, t.TempDir(), target, io.Discard), "expected 00: it is not used")
	requireNothing(t, target)
}

func TestFetchWithoutAnyClient(t *testing.T) {
	if _, err := pinnedHere(); err != nil {
		t.Skip(err)
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv(ArchiveVariable, "")
	folder := t.TempDir()
	_, err := Fetch(context.Background(), folder, io.Discard)
	for _, want := range []string{"pip: not on this machine", "npm: not on this machine", "install pip", ArchiveVariable, Variable} {
		require.ErrorContains(t, err, want)
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestFetchIsCancelled(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "pip"), []byte("#!/bin/sh\nif [ \"$1\" = --version ]; then exit 0; fi\nexec /bin/sleep 60\n"), 0o700))
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	_, err := Fetch(ctx, t.TempDir(), io.Discard)
	require.ErrorIs(t, err, context.Canceled)
}
