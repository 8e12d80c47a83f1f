package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama/probes"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/remote"
)

// shared is a buffer that one goroutine fills and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A compiled trace runs on what the command serves as it runs on the file.
func TestServe(t *testing.T) {
	const spec, model = "../golden/torchscript/llama/llama.nnspec.yaml", "../../testdata/models/llama/torchscript.onnx"
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("secret\n"), 0o600))
	dir, err := os.Getwd()
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out shared
	ended := make(chan error, 1)
	go func() {
		e := &env{dir: dir, stdout: &out, stderr: &out}
		job := &serveJob{addr: "127.0.0.1:0", tokenFile: token, requestMB: 1, resultMB: 1, valuesMB: 1, planMB: 1, keptMB: 1, threads: 1}
		ended <- e.serve(ctx, job, []string{spec + "=" + model})
	}()
	address := regexp.MustCompile(`llama at (http://\S+/v1/models/llama)`)
	require.Eventually(t, func() bool { return address.MatchString(out.String()) }, 30*time.Second, 10*time.Millisecond)
	at := address.FindStringSubmatch(out.String())[1]

	var got [2][]float32
	for i, path := range []string{model, at} {
		s, err := llama.Open(path, nn.Token("secret"), nn.Threads(1))
		require.NoError(t, err)
		raw, err := probes.CompileRaw(s)
		require.NoError(t, err)
		logits, err := raw.Run(ctx, llama.Inputs{InputIDs: nn.From([]int64{3, 17, 5}, 1, 3)})
		require.NoError(t, err)
		got[i] = logits.Float32s()
		require.NoError(t, raw.Close())
		require.NoError(t, s.Close())
	}
	require.Equal(t, got[0], got[1])
	require.Contains(t, out.String(), "llama: plan \"Raw\"")
	stop()
	require.NoError(t, <-ended)
}

func TestServeRefuses(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	for args, want := range map[string]string{
		"":                                  "name a spec and its model",
		"gpt2.onnx":                         "name a spec and its model",
		"-addr :0 a.nnspec.yaml=a.onnx":     "-token-file",
		"-addr 0.0.0.0:0 a.nnspec.yaml=a":   "-token-file",
		"-addr x a.nnspec.yaml=a":           "missing port",
		"-token-file empty a.nnspec.yaml=a": "is empty",
		"-token-file none a.nnspec.yaml=a":  "no such file",
		"-addr [::1]:0 a.nnspec.yaml=a":     "a.nnspec.yaml",
	} {
		var out bytes.Buffer
		t.Chdir(dir)
		code := Main(append([]string{"serve"}, strings.Fields(args)...), &out, &out)
		require.NotZero(t, code, args)
		require.Contains(t, out.String(), want, fmt.Sprintf("nngen serve %s", args))
	}
}
