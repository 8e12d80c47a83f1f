package library

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// bindingModule is the Go binding, whose module ships libraries for some platforms.
const bindingModule = "github.com/yalue/onnxruntime_go"

// place is a folder to look in, and its name in words.
type place struct{ folder, from string }

// Find looks for the library: what NNGEN_ONNXRUNTIME names, the system's, what
// the Go binding's module ships, the project's cache, the user's cache. A
// library that is too old is passed over, unless it was named.
func Find() (Library, error) {
	if named := os.Getenv(Variable); named != "" {
		return findNamed(named)
	}
	var old []string
	for _, p := range places() {
		for _, path := range inFolder(p.folder) {
			l := Library{Path: path, Version: versionOf(path), From: p.from}
			if CheckVersion(l) == nil {
				return l, nil
			}
			old = append(old, fmt.Sprintf("%s is version %s", path, l.Version))
		}
	}
	if path := shipped(); path != "" {
		return Library{Path: path, Version: versionOf(path), From: "the module " + bindingModule}, nil
	}
	for _, p := range caches() {
		for _, path := range inFolder(p.folder) {
			return Library{Path: path, Version: versionOf(path), From: p.from}, nil
		}
	}
	if len(old) > 0 {
		return Library{}, fmt.Errorf("%w in version 1.%d or later (%s); %s", ErrNotFound, MinimumMinor, strings.Join(old, "; "), Advice)
	}
	return Library{}, fmt.Errorf("%w; %s", ErrNotFound, Advice)
}

func findNamed(named string) (Library, error) {
	info, err := os.Stat(named)
	if err != nil {
		return Library{}, fmt.Errorf("%s=%s: there is no such file or folder; set it to onnxruntime's library or its folder, or unset it", Variable, named)
	}
	path := named
	if info.IsDir() {
		found := inFolder(named)
		if len(found) == 0 {
			found = inFolder(filepath.Join(named, "lib"))
		}
		if len(found) == 0 {
			return Library{}, fmt.Errorf("%s=%s: the folder holds no %s; set it to onnxruntime's library or its folder, or unset it", Variable, named, fileNames()[0])
		}
		path = found[0]
	}
	l := Library{Path: path, Version: versionOf(path), From: Variable}
	return l, CheckVersion(l)
}

// fileNames are the names that the library has on this system, best first.
func fileNames() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{"onnxruntime.dll"}
	case "darwin", "ios":
		return []string{"libonnxruntime.dylib", "libonnxruntime.1.dylib", "libonnxruntime." + Version + ".dylib"}
	}
	return []string{"libonnxruntime.so", "libonnxruntime.so.1", "libonnxruntime.so." + Version}
}

// inFolder lists the libraries of one folder, newest last name first.
func inFolder(folder string) []string {
	if folder == "" {
		return nil
	}
	for _, name := range fileNames() {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return []string{path}
		}
	}
	pattern := "libonnxruntime.so.1.*"
	if runtime.GOOS == "darwin" {
		pattern = "libonnxruntime.1.*.dylib"
	}
	found, _ := filepath.Glob(filepath.Join(folder, pattern))
	slices.Sort(found)
	slices.Reverse(found)
	return found
}

// places are the system's folders, as its loader would search them.
func places() []place {
	var out []place
	add := func(from string, folders ...string) {
		for _, f := range folders {
			if f != "" {
				out = append(out, place{f, from})
			}
		}
	}
	switch runtime.GOOS {
	case "windows":
		if exe, err := os.Executable(); err == nil {
			add("beside the program", filepath.Dir(exe))
		}
		add("PATH", filepath.SplitList(os.Getenv("PATH"))...)
	case "darwin", "ios":
		for _, v := range []string{"DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"} {
			add(v, filepath.SplitList(os.Getenv(v))...)
		}
		add("the system", "/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib", "/usr/lib")
	default:
		add("LD_LIBRARY_PATH", filepath.SplitList(os.Getenv("LD_LIBRARY_PATH"))...)
		add("the system", configured()...)
		add("the system", "/usr/local/lib", "/usr/local/lib64")
		triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
		if triplet != "" {
			add("the system", "/usr/lib/"+triplet, "/lib/"+triplet)
		}
		add("the system", "/usr/lib64", "/usr/lib", "/opt/onnxruntime/lib")
	}
	return out
}

// configured reads the folders that ldconfig is told to search.
func configured() []string {
	files, _ := filepath.Glob("/etc/ld.so.conf.d/*.conf")
	var out []string
	for _, f := range append([]string{"/etc/ld.so.conf"}, files...) {
		text, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "/") {
				out = append(out, line)
			}
		}
	}
	return out
}

// shipped is the library in the binding's module, "" where it ships none for
// this platform or the module's folder is not on this machine.
func shipped() string {
	name := map[string]string{
		"linux/arm64": "onnxruntime_arm64.so", "darwin/arm64": "onnxruntime_arm64.dylib", "windows/amd64": "onnxruntime.dll",
	}[runtime.GOOS+"/"+runtime.GOARCH]
	if name == "" {
		return ""
	}
	path := filepath.Join(moduleCache(), bindingModule+"@"+bindingVersion(), "test_data", name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || CheckVersion(Library{Version: versionOf(path)}) != nil {
		return ""
	}
	return path
}

func moduleCache() string {
	if c := os.Getenv("GOMODCACHE"); c != "" {
		return c
	}
	gopath := os.Getenv("GOPATH")
	if gopath == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		gopath = filepath.Join(home, "go")
	}
	return filepath.Join(filepath.SplitList(gopath)[0], "pkg", "mod")
}

// bindingVersion is the version that this program was built with.
func bindingVersion() string {
	const tested = "v1.27.0"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return tested
	}
	for _, d := range info.Deps {
		if d.Path == bindingModule {
			return d.Version
		}
	}
	return tested
}

// caches are where Fetch puts the library: the project's own and the user's.
func caches() []place {
	var out []place
	if p := projectCache(); p != "" {
		out = append(out, place{p, "the project's cache"})
	}
	if p := userCache(); p != "" {
		out = append(out, place{p, "the user's cache"})
	}
	return out
}

// projectCache is .cache/onnxruntime/VERSION of the nearest folder upwards that
// has one, or that is the root of a module.
func projectCache() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		cache := filepath.Join(dir, ".cache", "onnxruntime", Version)
		if info, err := os.Stat(cache); err == nil && info.IsDir() {
			return cache
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return cache
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func userCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "nngen", "onnxruntime", Version)
}
