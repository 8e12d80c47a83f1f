package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ArchiveVariable names the environment variable that holds onnxruntime's
// official release archive, a file or an address, with "#sha256=…" behind it.
const ArchiveVariable = "NNGEN_ONNXRUNTIME_ARCHIVE"

// The clients that Fetch can use, in the order in which it tries them.
const (
	ClientArchive = "archive" // only where NNGEN_ONNXRUNTIME_ARCHIVE is set: what was named comes first
	ClientPip     = "pip"
	ClientNpm     = "npm"
)

// errAbsent is a client that is not on this machine.
var errAbsent = errors.New("not on this machine")

// client gets a package into a folder and says which file it is.
type client struct {
	name string
	get  func(ctx context.Context, p pinned, folder string, progress io.Writer) (pack, error)
}

// pack is a downloaded package.
type pack struct {
	file   string
	member func(name string) bool // the library's name within it
	sums   []string               // what the library may have; nil: the package itself was checked
}

func clients() []client {
	return []client{{ClientArchive, getArchive}, {ClientPip, getWheel}, {ClientNpm, getNpm}}
}

// Fetch gets the pinned version into folder ("": the project's cache, else the
// user's) by the first client that works, checks it and puts it in place in one
// step. Only the clients that are named are tried, where any are. Nothing is
// left behind after an error.
func Fetch(ctx context.Context, folder string, progress io.Writer, only ...string) (Library, error) {
	p, err := pinnedHere()
	if err != nil {
		return Library{}, err
	}
	if folder == "" {
		if folder, err = cacheFolder(); err != nil {
			return Library{}, err
		}
	}
	target := filepath.Join(folder, p.file)
	lib := Library{Path: target, Version: Version, From: "fetched"}
	if sum, err := sumOf(target); err == nil && slices.Contains(p.sums(only...), sum) {
		fmt.Fprintf(progress, "onnxruntime %s is already at %s\n", Version, target)
		return lib, nil
	}
	work, err := os.MkdirTemp("", "nngen-onnxruntime-")
	if err != nil {
		return Library{}, err
	}
	defer os.RemoveAll(work)
	var tried []error
	for _, c := range clients() {
		if len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		err := fetchBy(ctx, c, p, work, target, progress)
		if err == nil {
			fmt.Fprintf(progress, "onnxruntime %s is at %s\n", Version, target)
			return lib, nil
		}
		if ctx.Err() != nil {
			return Library{}, fmt.Errorf("fetching onnxruntime was ended: %w", ctx.Err())
		}
		if !errors.Is(err, errAbsent) {
			fmt.Fprintf(progress, "%s: %v\n", c.name, err)
		}
		tried = append(tried, fmt.Errorf("%s: %w", c.name, err))
	}
	return Library{}, noClient(tried)
}

func noClient(tried []error) error {
	var b strings.Builder
	for _, err := range tried {
		fmt.Fprintf(&b, "\n  %v", err)
	}
	return fmt.Errorf("onnxruntime %s could not be fetched:%s\ninstall pip (Debian: apt-get install python3-pip) or npm, "+
		"or set %s to onnxruntime's official release archive (a file or an address, followed by #sha256=…), "+
		"or set %s to a library that is there", Version, b.String(), ArchiveVariable, Variable)
}

func fetchBy(ctx context.Context, c client, p pinned, work, target string, progress io.Writer) error {
	folder, err := os.MkdirTemp(work, c.name)
	if err != nil {
		return err
	}
	got, err := c.get(ctx, p, folder, progress)
	if err != nil {
		return err
	}
	fmt.Fprintf(progress, "onnxruntime %s: unpacking and checking\n", Version)
	return install(got, target)
}

func cacheFolder() (string, error) {
	for _, p := range caches() {
		return p.folder, nil
	}
	return "", errors.New("no folder for onnxruntime: there is no go.mod upwards of here and no cache folder of the user; name a folder")
}
