package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/modfile"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nngen": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs testdata/script/*.txtar: each in a folder of its own, with a
// go.mod of module example.com/app that uses this module, and $REPO this
// module's root.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setupScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"edit": edit, "truncate": truncate,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// setupScript gives a script the go command's caches and a module.
func setupScript(env *testscript.Env) error {
	repo, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH", "GOROOT").Output()
	if err != nil {
		return err
	}
	dirs := strings.Fields(string(out))
	env.Setenv("GOCACHE", dirs[0])
	env.Setenv("GOMODCACHE", dirs[1])
	env.Setenv("GOPATH", dirs[2])
	env.Setenv("GOFLAGS", "-mod=mod -buildvcs=false")
	env.Setenv("GOPROXY", "off")
	env.Setenv("GONOSUMDB", "*")
	env.Setenv("GOTOOLCHAIN", "local")
	env.Setenv("REPO", repo)
	nngen, err := exec.LookPath("nngen") // what testscript.Main put into PATH
	if err != nil {
		return err
	}
	env.Setenv("NNGEN", nngen)
	if named := os.Getenv("NNGEN_ONNXRUNTIME"); named != "" {
		env.Setenv("NNGEN_ONNXRUNTIME", named)
	} else if cache := filepath.Join(repo, ".cache", "onnxruntime"); exists(cache) {
		if found, _ := filepath.Glob(filepath.Join(cache, "*")); len(found) > 0 {
			env.Setenv("NNGEN_ONNXRUNTIME", found[len(found)-1])
		}
	}
	return writeModule(repo, env.WorkDir)
}

// writeModule makes dir the root of a module that uses the one at repo.
func writeModule(repo, dir string) error {
	src, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	if err != nil {
		return err
	}
	mod, err := modfile.Parse("go.mod", src, nil)
	if err != nil {
		return err
	}
	const nngen = "github.com/nngen-go/nngen"
	if err := mod.AddModuleStmt("example.com/app"); err != nil {
		return err
	}
	mod.AddNewRequire(nngen, "v0.0.0", false)
	if err := mod.AddReplace(nngen, "", repo, ""); err != nil {
		return err
	}
	out, err := mod.Format()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), out, 0o644); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
}

// edit is the command "edit FILE OLD NEW": it replaces the first OLD, which must be there.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	path := ts.MkAbs(args[0])
	src, err := os.ReadFile(path)
	ts.Check(err)
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	from, to := unescape.Replace(args[1]), unescape.Replace(args[2])
	if !strings.Contains(string(src), from) {
		ts.Fatalf("%s does not hold %q", args[0], from)
	}
	ts.Check(os.WriteFile(path, []byte(strings.Replace(string(src), from, to, 1)), 0o644))
}

// truncate is the command "truncate FILE": it cuts a file in half.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: truncate FILE")
	}
	path := ts.MkAbs(args[0])
	src, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(path, src[:len(src)/2], 0o644))
}
