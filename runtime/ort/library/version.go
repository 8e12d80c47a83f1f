package library

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

var versionPattern = regexp.MustCompile(`\d+\.\d+\.\d+`)

// versionOf reads the version out of the file without loading it, "" where it
// does not say: the symbol version on Linux, the identity of a dylib, the
// version resource of a DLL, else the name of the file.
func versionOf(path string) string {
	switch {
	case strings.HasSuffix(path, ".dll"):
		return peVersion(path)
	case strings.HasSuffix(path, ".dylib"):
		if v := machoVersion(path); v != "" {
			return v
		}
	default:
		if v := elfVersion(path); v != "" {
			return v
		}
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return versionPattern.FindString(filepath.Base(path))
}

// elfVersion reads VERS_1.30.0, which onnxruntime's symbols carry.
func elfVersion(path string) string {
	f, err := elf.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	versions, err := f.DynamicVersions()
	if err != nil {
		return ""
	}
	for _, v := range versions {
		if rest, ok := strings.CutPrefix(v.Name, "VERS_"); ok {
			return rest
		}
	}
	return ""
}

// machoVersion reads the name that the dylib gives itself.
func machoVersion(path string) string {
	const idDylib = 0xd
	f, err := macho.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for _, l := range f.Loads {
		raw := l.Raw()
		if len(raw) < 24 || f.ByteOrder.Uint32(raw) != idDylib {
			continue
		}
		v := f.ByteOrder.Uint32(raw[16:]) // current version, 16.8.8 bits
		if name := versionPattern.Find(raw[24:]); name != nil {
			return string(name)
		}
		if v != 0 {
			return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
		}
	}
	return ""
}

// peVersion reads VS_FIXEDFILEINFO.
func peVersion(path string) string {
	f, err := pe.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	section := f.Section(".rsrc")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	if err != nil {
		return ""
	}
	i := bytes.Index(data, []byte{0xbd, 0x04, 0xef, 0xfe})
	if i < 0 || i+16 > len(data) {
		return ""
	}
	high, low := binary.LittleEndian.Uint32(data[i+8:]), binary.LittleEndian.Uint32(data[i+12:])
	return fmt.Sprintf("%d.%d.%d", high>>16, high&0xffff, low>>16)
}
