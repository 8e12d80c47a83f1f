package golden

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/remote" // opens addresses
	"github.com/nngen-go/nngen/runtime/serve"
)

// Served holds a model for others behind a real socket of this machine and gives
// its address. Sessions opened by it are to be closed before the test is over.
func Served(t testing.TB, s *nn.Session, o serve.Options) string {
	server := serve.New(map[string]*nn.Session{"model": s}, o)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, server.Close())
	})
	return web.URL + "/v1/models/model"
}

// RunCompiled is Run without the interpreter, for sessions opened by an address.
func RunCompiled(t *testing.T, net string, sess any, cases []Case) {
	f, err := Open(net)
	require.NoError(t, err)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			call := Call{File: f, Sess: sess, Case: c}
			results, err := call.Compiled()
			require.NoError(t, err)
			require.NoError(t, call.Check(results))
		})
	}
}
