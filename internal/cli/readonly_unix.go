//go:build unix

package cli

import (
	"errors"
	"syscall"
)

// isReadOnly reports whether err says that a whole file system is read-only.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
