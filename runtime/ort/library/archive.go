package library

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// getArchive gets onnxruntime's release archive from where the user says. The
// project pins no checksum of archives, so the user names it; a package whose
// library is one of the pinned ones passes without.
func getArchive(ctx context.Context, p pinned, folder string, progress io.Writer) (pack, error) {
	named := os.Getenv(ArchiveVariable)
	if named == "" {
		return pack{}, fmt.Errorf("%s is not set: %w", ArchiveVariable, errAbsent)
	}
	where, sum, _ := strings.Cut(named, "#sha256=")
	file := where
	if strings.HasPrefix(where, "https://") || strings.HasPrefix(where, "http://") {
		file = filepath.Join(folder, "archive")
		if err := download(ctx, where, file, progress); err != nil {
			return pack{}, err
		}
	}
	got := pack{file: file, member: p.inArchive, sums: p.sums()}
	if sum == "" {
		return got, nil
	}
	is, err := sumOf(file)
	if err != nil {
		return pack{}, err
	}
	if !strings.EqualFold(is, sum) {
		return pack{}, fmt.Errorf("%s has the checksum %s, expected %s: it is not used", where, is, sum)
	}
	got.sums = nil
	return got, nil
}

// inArchive knows the library of this platform by its name, in a release
// archive or in one of the packages.
func (p pinned) inArchive(name string) bool {
	if name == p.inPackage || name == p.inWheel {
		return true
	}
	dir, base := path.Split(path.Clean(name))
	return path.Base(dir) == "lib" && slices.Contains([]string{path.Base(p.inWheel), p.file}, base)
}

func download(ctx context.Context, address, file string, progress io.Writer) error {
	stop := tick(progress, "download of the release archive")
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, resp.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, resp.Body); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
